/** What becomes of a convolution's weights before it computes with them. Start at {@link onebit.quant.WeightQuantizer}. */
package onebit.quant;
