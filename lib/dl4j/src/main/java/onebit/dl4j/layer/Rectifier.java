package onebit.dl4j.layer;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;

/** y = max(floor, x), or y = x. */
public enum Rectifier {
    /** No rectifier. */
    NONE(Double.NEGATIVE_INFINITY),
    /** max(0, x). */
    RELU(0),
    /** max(-1, x): the activation of the networks without batch norm (ACIRS 2019). */
    SHIFTED_RELU(-1);

    private final double floor;

    Rectifier(double floor) {
        this.floor = floor;
    }

    /** y = max(floor, x); the two may be the same array. */
    void apply(INDArray x, INDArray y) {
        if (this == RELU) Ops.run("relu", Ops.arrays(x), Ops.arrays(y), new int[0], 0);
        else if (this == SHIFTED_RELU) Nd4j.exec(new ScalarMax(x, null, y, floor));
        else if (x != y) y.assign(x);
    }

    /** dx = dy where y is above the floor, else 0. */
    void backward(INDArray y, INDArray dy, INDArray dx) {
        if (this == NONE) {
            dx.assign(dy);
            return;
        }
        Nd4j.exec(new Step(y, dx, floor));
        dx.muli(dy);
    }
}
