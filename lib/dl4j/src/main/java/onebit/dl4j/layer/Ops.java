package onebit.dl4j.layer;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's native operations on NHWC arrays, as the layers call them; outputs go into arrays that are given. */
final class Ops {

    /** How ND4J's convolutions and pools are told that channels come last. */
    static final int NHWC = 1;

    private static final int CHANNELS = 3;

    private Ops() {}

    static void run(String name, INDArray[] inputs, INDArray[] outputs, int[] integers, double... floats) {
        Nd4j.exec(DynamicCustomOp.builder(name).addInputs(inputs).addOutputs(outputs).addIntegerArguments(integers)
            .addFloatingPointArguments(box(floats)).build());
    }

    private static Double[] box(double[] values) {
        Double[] boxed = new Double[values.length];
        for (int i = 0; i < values.length; i++) boxed[i] = values[i];
        return boxed;
    }

    /**
     * Mean of each channel: oneDNN's pooling sums the positions of an image thirty times faster than ND4J's own sums.
     *
     * @param pooled receives each image's means; images x 1 x 1 x channels
     */
    static void mean(INDArray x, INDArray pooled, INDArray mean) {
        int rows = (int) x.size(1), columns = (int) x.size(2);
        run("avgpool2d", arrays(x), arrays(pooled), new int[] {rows, columns, 1, 1, 0, 0, 1, 1, 0, 0, NHWC});
        run("reduce_mean", arrays(pooled), arrays(mean), new int[] {0, 1, 2});
    }

    /** y = (x - mean) / sqrt(variance + epsilon), a mean and a variance a channel. */
    static void normalize(INDArray x, INDArray mean, INDArray variance, double epsilon, INDArray y) {
        run("batchnorm", arrays(x, mean, variance), arrays(y), new int[] {0, 0, CHANNELS}, epsilon);
    }

    /** y = scale * (x - mean) / sqrt(variance + epsilon) + offset. */
    static void normalize(INDArray x, INDArray mean, INDArray variance, INDArray scale, INDArray offset, double epsilon, INDArray y) {
        run("batchnorm", arrays(x, mean, variance, scale, offset), arrays(y), new int[] {1, 1, CHANNELS}, epsilon);
    }

    static INDArray[] arrays(INDArray... arrays) {
        return arrays;
    }
}
