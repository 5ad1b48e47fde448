package onebit.cpu;

import onebit.engine.CpuFeatures;

/**
 * A product of bf16 tensors formed in float32, for processors that have no instructions for it: operands are widened before it,
 * and a result in bf16 is rounded after it. That is what the instructions do, but for the order in which they add and for
 * numbers too small to matter. It is for what is to be known of bf16, not for speed.
 *
 * @param product     in float32
 * @param firstValues of the first operand, whole vectors
 * @param lastValues  of the last operand or result, whole vectors
 * @param last        what the last argument is
 */
record EmulatedProduct(ConvolutionPrimitives.Product product, long firstValues, long lastValues, Last last) implements ConvolutionPrimitives.Product {

    /** What a product's last argument is: another operand, in bf16, or the result. */
    enum Last { OPERAND, BF16_RESULT, FLOAT32_RESULT }

    /** Of the JVM: whether bf16 is emulated where the processor has no instructions for it. */
    static final String PROPERTY = "onebit.bf16.emulated";

    static final boolean WANTED = Boolean.getBoolean(PROPERTY) && !CpuFeatures.detect().bf16();

    @Override
    public void run(Worker worker, long first, long second, long third) {
        long widened = worker.area("widened", 4 * firstValues);
        ConversionKernels.widen(first, widened, firstValues);
        if (last == Last.FLOAT32_RESULT) {
            product.run(worker, widened, second, third);
            return;
        }
        long other = worker.area("widened, last", 4 * lastValues);
        if (last == Last.OPERAND) ConversionKernels.widen(third, other, lastValues);
        product.run(worker, widened, second, other);
        if (last == Last.BF16_RESULT) ConversionKernels.round(other, third, lastValues);
    }

    @Override
    public void close() {
        product.close();
    }
}
