package onebit.cpu;

import java.util.function.LongConsumer;
import onebit.engine.Precision;

/**
 * A tensor that oneDNN computes with: as it is kept, and as oneDNN has it, which is the same unless bf16 is emulated. Then oneDNN has it
 * in float32, and, where vectors are shorter than a block of channels, with channels last: for blocks it would use plain loops.
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

    /** What is kept at an address, as oneDNN has it as its first argument: there, or in an area of the worker's. */
    long first(Worker worker, long at) {
        return computed(worker, "first operand", at);
    }

    /** The same as its last argument. */
    long last(Worker worker, long at) {
        return computed(worker, "last operand", at);
    }

    private long computed(Worker worker, String purpose, long at) {
        long to = room(worker, purpose, at);
        if (!asKept) ConversionKernels.convert(kept, at, computed, to, images);
        return to;
    }

    /** Has this made as oneDNN has it, and keeps it at an address. */
    void make(Worker worker, long at, LongConsumer product) {
        long made = room(worker, "result", at);
        product.accept(made);
        if (!asKept) ConversionKernels.convert(computed, made, kept, at, images);
    }

    private long room(Worker worker, String purpose, long at) {
        return asKept ? at : worker.area(purpose, images * computed.imageBytes);
    }
}
