package onebit.kit;

import java.time.Duration;
import java.util.Locale;
import onebit.run.EpochMetrics;
import onebit.train.TrainingProgress;
import onebit.train.TrainingProgress.Phase;

/** A run's progress in words, the same on the command line and in notebooks. */
public final class TrainingReport {

    private TrainingReport() {}

    /** Where the run is, how fast, and how long it will take. */
    public static String line(TrainingProgress p) {
        return String.format(Locale.ROOT, "epoch %d/%d, %s %d/%d, %,.0f images/s, ETA %s, loss %.4f", p.epoch(), p.epochs(),
            p.phase() == Phase.TRAINING ? "step" : "test", p.step(), p.steps(), p.imagesPerSecond(), time(p.remaining()), p.loss());
    }

    /** An epoch that has ended. */
    public static String line(EpochMetrics m, int epochs) {
        return String.format(Locale.ROOT, "epoch %d/%d, rate %.5f, training loss %.4f, accuracy %.2f %%; test loss %.4f, accuracy %.2f %%; %,.0f images/s",
            m.epoch(), epochs, m.lrEnd(), m.trainLoss(), 100 * m.trainAccuracy(), m.testLoss(), 100 * m.testAccuracy(), m.imagesPerSecond());
    }

    /** How much of the run is done, 0..1: 99 hundredths of an epoch are training. */
    public static double part(TrainingProgress p) {
        double inEpoch = p.phase() == Phase.TRAINING ? 0.99 * p.step() / p.steps() : 0.99 + 0.01 * p.step() / p.steps();
        return (p.epoch() - 1 + inEpoch) / p.epochs();
    }

    /** As h:mm:ss. */
    public static String time(Duration d) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", d.toHours(), d.toMinutesPart(), d.toSecondsPart());
    }
}
