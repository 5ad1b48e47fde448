package onebit.dl4j.layer;

import java.util.Arrays;
import onebit.model.Padding;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where the windows of a convolution or a pool lie on an image, as ND4J's operations can be told. These pad each two
 * opposite sides alike or as TensorFlow's SAME. Any other padding is put around a copy of the images first.
 *
 * @param same whether the operation is to pad as SAME
 * @param rows padding above and below that the operation is to add otherwise
 * @param columns the same on the left and the right
 * @param around padding that has to be added before
 */
record Windows(int size, int stride, boolean same, int rows, int columns, Padding around) {

    static Windows of(int height, int width, int size, int stride, Padding p) {
        if (p.top() == p.bottom() && p.left() == p.right()) return new Windows(size, stride, false, p.top(), p.left(), Padding.NONE);
        if (p.equals(Padding.same(height, width, size, stride))) return new Windows(size, stride, true, 0, 0, Padding.NONE);
        return new Windows(size, stride, false, 0, 0, p);
    }

    boolean pads() {
        return !around.equals(Padding.NONE);
    }

    /** Kernel, stride, padding, dilation and mode, the integers with which every such operation begins. */
    int[] arguments(int... more) {
        int[] first = {size, size, stride, stride, rows, columns, 1, 1, same ? 1 : 0}, all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    /** The images inside padded ones: a view. */
    INDArray inside(INDArray padded) {
        INDArrayIndex rowsInside = NDArrayIndex.interval(around.top(), padded.size(1) - around.bottom());
        return padded.get(NDArrayIndex.all(), rowsInside, NDArrayIndex.interval(around.left(), padded.size(2) - around.right()), NDArrayIndex.all());
    }

    /** Shape of images with the padding around them. */
    long[] padded(INDArray x) {
        return new long[] {x.size(0), x.size(1) + around.top() + around.bottom(), x.size(2) + around.left() + around.right(), x.size(3)};
    }

    /** What comes out of windows over images of a type. */
    static InputType output(InputType in, long channels, int size, int stride, Padding p) {
        InputType.InputTypeConvolutional images = images(in);
        return InputType.convolutional(p.outputHeight((int) images.getHeight(), size, stride), p.outputWidth((int) images.getWidth(), size, stride),
            channels, CNN2DFormat.NHWC);
    }

    /** @throws IllegalStateException if the type is not of images in NHWC */
    static InputType.InputTypeConvolutional images(InputType in) {
        if (in instanceof InputType.InputTypeConvolutional images && images.getFormat() == CNN2DFormat.NHWC) return images;
        throw new IllegalStateException("OneBit's layers take images in NHWC, not " + in + ".");
    }
}
