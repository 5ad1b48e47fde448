package onebit.cpu;

import java.lang.foreign.ValueLayout;
import onebit.engine.Precision;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;

/**
 * Rows of values outside the heap, read and written one by one in plain Java, for tests of the kernels. Values are small
 * multiples of powers of two, so that sums and products of them are exact and a kernel's results can be compared bit by bit.
 */
final class TestMemory implements AutoCloseable {

    private final Natives memory = new Natives();
    private final CounterRandom random;

    TestMemory(long seed) {
        random = new CounterRandom(seed, Purpose.SYNTHETIC, 0, 0);
    }

    /** A number from -limit to limit, in units of 1 / denominator. */
    float draw(double limit, int denominator) {
        int greatest = (int) (limit * denominator);
        return (random.nextInt(2 * greatest + 1) - greatest) / (float) denominator;
    }

    float[] draw(int n, double limit, int denominator) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = draw(limit, denominator);
        return values;
    }

    int drawInt(int bound) {
        return random.nextInt(bound);
    }

    long allocate(long bytes) {
        return memory.allocate(bytes);
    }

    /** {@code count} vectors, {@code stride} bytes apart, of which the memory between is not to be touched. */
    Row row(Precision precision, int count, long stride) {
        Row row = new Row(precision, memory.allocate(count * stride + Vectors.BYTES), count, stride);
        for (long o = 0; o < count * stride; o += 4) setFloat(row.address + o, Row.UNTOUCHED);
        return row;
    }

    /** The same, filled with numbers from -limit to limit in units of 1 / denominator. */
    Row row(Precision precision, int count, long stride, double limit, int denominator) {
        Row row = row(precision, count, stride);
        for (int i = 0; i < count; i++) for (int k = 0; k < Vectors.LANES; k++) row.set(i, k, draw(limit, denominator));
        return row;
    }

    static float getFloat(long address) {
        return Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, address);
    }

    static void setFloat(long address, float value) {
        Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, address, value);
    }

    /** What storing a value in this precision makes of it: the nearest, of two as near the one away from zero. */
    static float rounded(Precision precision, double value) {
        if (precision != Precision.BF16) return (float) value;
        int bits = Float.floatToRawIntBits((float) value) & 0xffff0000;
        float towardsZero = Float.intBitsToFloat(bits), away = Float.intBitsToFloat(bits + 0x10000);
        double below = Math.abs(value - towardsZero), above = Math.abs(away - value);
        return below < above ? towardsZero : away;
    }

    static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    @Override
    public void close() {
        memory.close();
    }

    /** See {@link #row}. */
    record Row(Precision precision, long address, int count, long stride) {

        static final float UNTOUCHED = 12345.678f;

        private int bytes() {
            return precision == Precision.BF16 ? 2 : 4;
        }

        private long at(int i, int k) {
            return address + i * stride + (long) k * bytes();
        }

        /** Value k of vector i. */
        float get(int i, int k) {
            return precision == Precision.BF16 ? fromBf16(Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, at(i, k))) : getFloat(at(i, k));
        }

        void set(int i, int k, float value) {
            if (precision == Precision.BF16) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT, at(i, k), (short) (Float.floatToRawIntBits(rounded(precision, value)) >>> 16));
            else setFloat(at(i, k), value);
        }

        double[][] values() {
            double[][] values = new double[count][Vectors.LANES];
            for (int i = 0; i < count; i++) for (int k = 0; k < values[i].length; k++) values[i][k] = get(i, k);
            return values;
        }

        /** Whether what lies between the vectors is as it was. */
        boolean gapsUntouched() {
            for (int i = 0; i < count; i++)
                for (long o = (long) Vectors.LANES * bytes(); o < stride; o += 4) if (getFloat(address + i * stride + o) != UNTOUCHED) return false;
            return true;
        }
    }
}
