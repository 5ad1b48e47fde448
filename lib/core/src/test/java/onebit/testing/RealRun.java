package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import onebit.data.CifarSet;
import onebit.data.Dataset;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Engine;
import onebit.engine.Precision;
import onebit.run.RunFolder;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.Trainer;
import onebit.train.TrainingConfig;
import onebit.train.TrainingListener;
import onebit.train.TrainingOutcome;

/**
 * A run at the profile quick on CIFAR-10, with its evaluations and checkpoints, of which another engine repeats steps and
 * evaluations. On 1,000 images, or with {@code -Donebit.test.all=true} on all, which takes minutes. Skipped where
 * {@code ONEBIT_DATA} has no CIFAR-10.
 */
public final class RealRun {

    private static final boolean ALL_IMAGES = Boolean.getBoolean("onebit.test.all");
    private static final int IMAGES = 1000, TEST_IMAGES = 250;

    private RealRun() {}

    /** Fails if the engine does not compute, all through the run, what the other does. */
    public static void assertComputedAs(Engine shadow, Engine engine, Path folder) {
        Dataset data = RealData.cifar(CifarSet.CIFAR_10);
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, engine.name(), Precision.FLOAT32);
        if (!ALL_IMAGES) config = config.withLimits(IMAGES, TEST_IMAGES);
        ShadowedEngine shadowed = new ShadowedEngine(engine, shadow, ConvolutionAlgorithm.DIRECT, ALL_IMAGES ? 20 : 1);

        TrainingOutcome outcome = new Trainer(config, data, shadowed, 0).train(new RunFolder(folder), false, TrainingListener.NONE);

        assertInstanceOf(TrainingOutcome.Finished.class, outcome);
        List<ShadowedEngine.Step> steps = shadowed.steps();
        double loss = greatest(steps, ShadowedEngine.Step::lossError), momentum = greatest(steps, ShadowedEngine.Step::momentum),
            averages = greatest(steps, ShadowedEngine.Step::averages), logits = shadowed.logitError();
        String errors = String.format(Locale.ROOT, "%s, %d steps repeated; greatest errors: loss %.1e, momentum %.1e, averages %.1e, logits %.1e",
            engine.name(), steps.size(), loss, momentum, averages, logits);
        System.out.println(errors);
        assertTrue(loss < 1e-4 && momentum < 0.01 && averages < 0.01 && logits < 1e-4, errors);
    }

    private static double greatest(List<ShadowedEngine.Step> steps, ToDoubleFunction<ShadowedEngine.Step> error) {
        return steps.stream().mapToDouble(error).max().orElseThrow();
    }
}
