package onebit.kit.results;

import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * Where the mean of a quantity lies with 95 % confidence, given a few samples of it: Student's t interval. Over runs of
 * several seeds it is about the luck of training runs, not about the choice of test images.
 *
 * @param low  in the unit of the samples
 * @param high in the unit of the samples
 */
public record MeanInterval(double low, double high) {

    /** @param samples two or more */
    public static MeanInterval of(double... samples) {
        if (samples.length < 2) throw new IllegalArgumentException("An interval of the mean needs two samples or more, not " + samples.length + ".");
        SummaryStatistics statistics = new SummaryStatistics();
        for (double sample : samples) statistics.addValue(sample);
        double t = new TDistribution(samples.length - 1).inverseCumulativeProbability(0.975);
        double half = t * statistics.getStandardDeviation() / Math.sqrt(samples.length);
        return new MeanInterval(statistics.getMean() - half, statistics.getMean() + half);
    }
}
