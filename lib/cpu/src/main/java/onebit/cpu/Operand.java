package onebit.cpu;

import onebit.engine.Precision;

/**
 * A tensor that oneDNN computes with: as it is kept, and as oneDNN has it, which is the same unless bf16 is emulated. Then oneDNN has it
 * in float32, and in an order that it has vectors for on every processor.
 */
final class Operand {

    private final Layout kept, computed;
    private final int images;
    private final boolean asKept;

    /** @param emulated whether it is computed with in float32 */
    Operand(Layout kept, boolean emulated, int images) {
        this.kept = kept;
        this.images = images;
        Layout floats = kept.in(Precision.FLOAT32);
        computed = !emulated ? kept : kept.order == Layout.Order.BLOCKED && Vectors.LANES < Layout.BLOCK ? floats.in(Layout.Order.CHANNELS_LAST) : floats;
        asKept = computed.precision == kept.precision && computed.order == kept.order;
    }

    /** oneDNN's. */
    long descriptor(Natives natives) {
        return computed.descriptor(natives, images);
    }

    /** What is kept at an address, as oneDNN has it: there, or in the worker's area of a purpose. */
    long computed(Worker worker, String purpose, long at) {
        long to = room(worker, purpose, at);
        if (!asKept) ConversionKernels.convert(kept, at, computed, to, images);
        return to;
    }

    /** Where oneDNN is to make what shall be kept at an address; {@link #keep} follows. */
    long room(Worker worker, String purpose, long at) {
        return asKept ? at : worker.area(purpose, images * computed.imageBytes);
    }

    void keep(long made, long at) {
        if (!asKept) ConversionKernels.convert(computed, made, kept, at, images);
    }
}
