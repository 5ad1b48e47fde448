package onebit.model;

import java.util.List;

/**
 * A dense float32 array with a shape, last index fastest. The values are not copied: whoever makes a tensor hands
 * its array over, whoever reads it must not write.
 */
public record Tensor(List<Integer> shape, float[] values) {

    public Tensor {
        shape = List.copyOf(shape);
        int size = shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
        if (size != values.length)
            throw new IllegalArgumentException("A tensor of shape " + shape + " holds " + size + " values, not " + values.length + ".");
    }

    public static Tensor filled(List<Integer> shape, float value) {
        float[] values = new float[shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact)];
        java.util.Arrays.fill(values, value);
        return new Tensor(shape, values);
    }

    public int size() {
        return values.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor t && t.shape.equals(shape) && java.util.Arrays.equals(t.values, values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + java.util.Arrays.hashCode(values);
    }
}
