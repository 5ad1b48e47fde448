package onebit.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors that all kernels use: as long as the processor's, or as the property {@code onebit.vector.bits} says
 * (128, 256 or 512; for tests). Memory is addressed by bare addresses, as oneDNN wants it.
 *
 * <p>A vector of bf16 values is one of 32-bit words, each an even-numbered value in its low half and the next in its
 * high half; {@link #even} and {@link #odd} make float32 of them, {@link #pack} goes back.
 */
final class Vectors {

    static final VectorSpecies<Float> FLOATS = species();
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** Floats in a vector; bf16 values are twice as many. */
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

    static IntVector loadWords(long address) {
        return IntVector.fromMemorySegment(INTS, MEMORY, address, ORDER);
    }

    static void storeWords(IntVector v, long address) {
        v.intoMemorySegment(MEMORY, address, ORDER);
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

    static FloatVector even(IntVector words) {
        return words.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static FloatVector odd(IntVector words) {
        return words.and(0xffff0000).reinterpretAsFloats();
    }

    /**
     * Rounds to the nearest bf16, ties away from zero. Ties to even would take four operations more, made no difference
     * to training, and let the JIT compiler lose its way in the larger kernels.
     */
    static IntVector pack(FloatVector even, FloatVector odd) {
        IntVector a = even.reinterpretAsInts().add(0x8000).lanewise(VectorOperators.LSHR, 16);
        return a.or(odd.reinterpretAsInts().add(0x8000).and(0xffff0000));
    }

    /** The bf16 nearest to a float, as its 16 bits; rounded as by {@link #pack}. */
    static short bf16(float value) {
        return (short) (Float.floatToRawIntBits(value) + 0x8000 >>> 16);
    }
}
