package onebit.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that all kernels use: as long as the processor's, or as the property {@code onebit.vector.bits} says
 * (128, 256 or 512; for tests). Memory is addressed by bare addresses, as oneDNN wants it.
 *
 * <p>bf16 values lie in memory as 16-bit halves of float32 numbers, and are computed with as float32.
 */
final class Vectors {

    static final VectorSpecies<Float> FLOATS = species();
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

    /** Values in a vector. */
    static final int LANES = FLOATS.length();
    static final int BYTES = FLOATS.vectorByteSize();

    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private Vectors() {}

    private static VectorSpecies<Float> species() {
        int bits = Integer.getInteger("onebit.vector.bits", Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize()));
        return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    static void store(FloatVector v, long address) {
        v.intoMemorySegment(MEMORY, address, ORDER);
    }

    /** As many bf16 values as a vector has lanes. */
    static FloatVector loadBf16(long address) {
        return ShortVector.fromMemorySegment(SHORTS, MEMORY, address, ORDER).convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
            .reinterpretAsInts().lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    /** Stores values rounded as by {@link #bf16}. */
    static void storeBf16(FloatVector v, long address) {
        v.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, SHORTS, 0)
            .reinterpretAsShorts().intoMemorySegment(MEMORY, address, ORDER);
    }

    /** What {@link #storeBf16} leaves in memory, as float32. */
    static FloatVector roundedToBf16(FloatVector v) {
        return v.reinterpretAsInts().add(HALF).and(0xffff0000).reinterpretAsFloats();
    }

    /**
     * As many values as a vector has lanes, bf16 or float32. In a loop, which of the two is asked once: compiled code knows
     * that it does not change.
     */
    static FloatVector load(boolean bf16, long address) {
        return bf16 ? loadBf16(address) : load(address);
    }

    static void store(boolean bf16, FloatVector v, long address) {
        if (bf16) storeBf16(v, address);
        else store(v, address);
    }

    /** What {@link #store} leaves in memory, as float32. */
    static FloatVector stored(boolean bf16, FloatVector v) {
        return bf16 ? roundedToBf16(v) : v;
    }

    /** The greater of each two, a number that is none stays. Java's max, which tells 0 from -0, takes three times the instructions. */
    static FloatVector atLeast(FloatVector v, FloatVector floor) {
        return v.blend(floor, v.compare(VectorOperators.LT, floor));
    }

    /** Parameters from {@code p} on. */
    static FloatVector parameter(float[] values, int p) {
        return FloatVector.fromArray(FLOATS, values, p);
    }

    /** into += v, from {@code p} on. */
    static void accumulate(FloatVector v, float[] into, int p) {
        FloatVector.fromArray(FLOATS, into, p).add(v).intoArray(into, p);
    }

    static void clear(long address, long bytes) {
        MEMORY.asSlice(address, bytes).fill((byte) 0);
    }

    /** Half a unit in the last place of a bf16, which is in a float's upper half. */
    private static final int HALF = 0x8000;

    /**
     * The bf16 nearest to a float, as its 16 bits; ties go away from zero. Ties to even would take four operations more
     * and made no difference to training.
     */
    static short bf16(float value) {
        return (short) (Float.floatToRawIntBits(value) + HALF >>> 16);
    }
}
