package onebit.plan;

import onebit.model.Shape;

/**
 * A batch of values that one pass leaves for another.
 *
 * @param name  unique in its plan: the node whose output it holds
 * @param kind  whether it holds values or their gradient
 * @param shape of one image
 */
public record Buffer(String name, Kind kind, Shape shape) {

    public enum Kind { VALUE, GRADIENT }

    static Buffer value(String name, Shape shape) {
        return new Buffer(name, Kind.VALUE, shape);
    }

    /** The buffer for the gradient of this value. */
    public Buffer gradient() {
        return new Buffer(name, Kind.GRADIENT, shape);
    }

    @Override
    public String toString() {
        return (kind == Kind.GRADIENT ? "d " : "") + name;
    }
}
