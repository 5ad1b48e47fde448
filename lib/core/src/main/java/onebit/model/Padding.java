package onebit.model;

/** Rows and columns of zeros around an image, given side by side because TensorFlow's are not symmetric. */
public record Padding(int top, int bottom, int left, int right) {

    public static final Padding NONE = new Padding(0, 0, 0, 0);

    public Padding {
        if (top < 0 || bottom < 0 || left < 0 || right < 0)
            throw new IllegalArgumentException("Padding cannot be negative: " + top + ", " + bottom + ", " + left + ", " + right + ".");
    }

    /** The same number of rows and columns on every side, as the authors' Matlab networks have it. */
    public static Padding symmetric(int cells) {
        return new Padding(cells, cells, cells, cells);
    }

    /**
     * TensorFlow's SAME: the output has ceil(size / stride) cells, and the odd cell of padding goes to the bottom
     * and the right. For a 3x3 window with stride 2 on an even size that is nothing before and one after.
     */
    public static Padding same(int height, int width, int kernel, int stride) {
        int rows = total(height, kernel, stride), columns = total(width, kernel, stride);
        return new Padding(rows / 2, rows - rows / 2, columns / 2, columns - columns / 2);
    }

    private static int total(int size, int kernel, int stride) {
        int outputs = (size + stride - 1) / stride;
        return Math.max(0, (outputs - 1) * stride + kernel - size);
    }

    /** Cells that a window of this kernel and stride takes along a column of {@code height} cells. */
    public int outputHeight(int height, int kernel, int stride) {
        return (height + top + bottom - kernel) / stride + 1;
    }

    /** Cells that a window of this kernel and stride takes along a row of {@code width} cells. */
    public int outputWidth(int width, int kernel, int stride) {
        return (width + left + right - kernel) / stride + 1;
    }
}
