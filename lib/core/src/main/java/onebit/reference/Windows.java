package onebit.reference;

import onebit.model.Padding;
import onebit.model.Shape;

/**
 * The kernel x kernel windows that a convolution or a pool lays on an image, one for each output position.
 *
 * @param in  the image
 * @param out as many rows and columns as there are windows
 */
record Windows(Shape in, Shape out, int kernel, int stride, Padding padding) {

    /** Neighbouring windows of one output row. */
    interface Run {
        /**
         * @param in     position in the image's plane of the cell that the first window has there; the next window's is
         *               {@code stride} further
         * @param out    position in the output's plane of the first window
         * @param length number of windows
         */
        void windows(int in, int out, int length);
    }

    /** Takes one cell of the window and visits all windows that have it inside the image, not on the padding. */
    void forEachRun(int kernelRow, int kernelColumn, Run run) {
        int firstColumn = first(padding.left() - kernelColumn), endColumn = end(in.width() + padding.left() - kernelColumn, out.width());
        int firstRow = first(padding.top() - kernelRow), endRow = end(in.height() + padding.top() - kernelRow, out.height());
        if (firstColumn >= endColumn) return;
        for (int row = firstRow; row < endRow; row++) {
            int inRow = row * stride + kernelRow - padding.top();
            int inColumn = firstColumn * stride + kernelColumn - padding.left();
            run.windows(inRow * in.width() + inColumn, row * out.width() + firstColumn, endColumn - firstColumn);
        }
    }

    /** The first window whose cell lies at or after the image's beginning. */
    private int first(int before) {
        return Math.max(0, Math.ceilDiv(before, stride));
    }

    /** One past the last window whose cell lies before the image's end. */
    private int end(int limit, int windows) {
        return Math.min(windows, Math.ceilDiv(limit, stride));
    }
}
