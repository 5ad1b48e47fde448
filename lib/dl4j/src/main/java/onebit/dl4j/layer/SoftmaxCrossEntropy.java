package onebit.dl4j.layer;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Cross-entropy of softmax, with the softmax inside: the layer's activation is the identity, its outputs are the logits.
 * DL4J's own takes probabilities, which it clips.
 */
public final class SoftmaxCrossEntropy implements ILossFunction {

    private static final long serialVersionUID = 1;

    @Override
    public double computeScore(INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        double sum = computeScoreArray(labels, logits, activation, mask).sumNumber().doubleValue();
        return average ? sum / logits.size(0) : sum;
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        requireNoMask(mask);
        INDArray shifted = logits.subColumnVector(logits.max(true, 1));
        INDArray logOfSum = Transforms.log(Transforms.exp(shifted).sum(true, 1), false);
        return logOfSum.subi(shifted.muli(labels).sum(true, 1));
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
        requireNoMask(mask);
        return Nd4j.exec(new SoftMax(logits, logits.ulike(), -1))[0].subi(labels);
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(computeScore(labels, logits, activation, mask, average), computeGradient(labels, logits, activation, mask));
    }

    private static void requireNoMask(INDArray mask) {
        if (mask != null) throw new UnsupportedOperationException("This loss takes no mask.");
    }

    @Override
    public String name() {
        return "SoftmaxCrossEntropy";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SoftmaxCrossEntropy;
    }

    @Override
    public int hashCode() {
        return SoftmaxCrossEntropy.class.hashCode();
    }

    @Override
    public String toString() {
        return name();
    }
}
