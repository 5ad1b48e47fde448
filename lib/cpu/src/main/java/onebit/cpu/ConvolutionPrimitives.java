package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import onebit.engine.Precision;

/**
 * oneDNN's three products of a convolution, on any number of images: forward, back to its input, and the gradient of
 * its weights. Weights are kept in the order that the gradient has, and packed from there for the other two.
 */
final class ConvolutionPrimitives implements AutoCloseable {

    /** A convolution's tensors. */
    interface Tensors {

        /** Of the source, and of its gradient. */
        Layout source();

        /** Of the result, and of its gradient. */
        Layout result();

        /** oneDNN's descriptor of the weights, which whoever asks destroys. */
        long weights(int type, int tag);

        /** How many of the source and the result hold so many images. */
        default int count(int images) {
            return images;
        }

        /** The tensors as the product has them that makes the weights' gradient. */
        default Tensors ofWeightGradient() {
            return this;
        }
    }

    private enum Kind { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS }

    private record Key(Kind kind, int images) {}

    /** Weights in the order in which a product wants them. */
    private record Packed(long descriptor, long memory, Primitive.Bound pack) {}

    /** A primitive, and its weights' address: 0 if it makes their gradient. */
    private record Made(Primitive primitive, long weights) {}

    /** The same, bound to a thread; its first operand, and its last operand or its result. */
    private record Call(Primitive.Bound product, long weights, Operand first, Operand last, boolean result) {

        /** @param second weights, or where their gradient is to be made */
        void run(Worker worker, long first, long second, long last) {
            long to = result ? this.last.room(worker, "computed result", last) : this.last.computed(worker, "computed operand, last", last);
            product.run(worker, this.first.computed(worker, "computed operand", first), second, to);
            if (result) this.last.keep(to, last);
        }
    }

    private final Tensors tensors;
    private final OneDnn.Window window;
    /** Of source, weights and the result's gradient; and of the result and the source's gradient. */
    private final Precision operands, results;
    private final boolean emulated;
    private final int plainTag;
    private final HostMemory memory;
    private final Map<Key, Made> made = new HashMap<>();
    private final List<Map<Key, Call>> bound = new ArrayList<>();
    /** oneDNN's choice of order depends on the number of images, too: with AMX, what 16 want may leave it plain loops for 15. */
    private final List<Packed> packed = new ArrayList<>();
    /** Descriptor of the weights' gradient, and of the weights before they are packed. */
    private final long gradientWeights;
    /** Where weights are rounded to bf16 before they are packed, if that is emulated. */
    private final long rounded;

    /** Number of weights, those of padding channels included. */
    final long count;

    /**
     * @param operands       of source, weights and the result's gradient
     * @param results        of the result and the source's gradient
     * @param plainTag       oneDNN's tag of weights in their plain order
     * @param forwardImages  numbers of images that forward products will have
     * @param backwardImages the same for gradients, of the weights and of the source; none if there will be no training
     * @param back           whether the source's gradient will be wanted
     * @param emulated       whether products of bf16 operands are formed in float32 ({@link Emulation})
     */
    ConvolutionPrimitives(Tensors tensors, OneDnn.Window window, Precision operands, Precision results, int plainTag, SortedSet<Integer> forwardImages,
                          SortedSet<Integer> backwardImages, int workers, boolean back, boolean emulated, HostMemory memory) {
        this.tensors = tensors;
        this.window = window;
        this.operands = operands;
        this.results = results;
        this.memory = memory;
        this.plainTag = plainTag;
        this.emulated = emulated;
        for (int i = 0; i < workers; i++) bound.add(new HashMap<>());

        long any = tensors.weights(OneDnn.type(emulated ? Precision.FLOAT32 : operands), OneDnn.TAG_ANY), anyFloat = tensors.weights(OneDnn.F32, OneDnn.TAG_ANY), plain = tensors.weights(OneDnn.F32, plainTag);
        gradientWeights = backwardImages.isEmpty() ? tensors.weights(OneDnn.F32, plainTag) : gradientOrder(backwardImages.last(), any, anyFloat);
        count = OneDnn.size(gradientWeights) / 4;
        if (OneDnn.size(plain) != OneDnn.size(gradientWeights)) throw new IllegalStateException("oneDNN would pad a gradient of " + OneDnn.size(plain) / 4 + " weights to " + count + ".");
        rounded = emulated ? memory.allocate(4 * count) : 0;
        for (int n : forwardImages) made.put(new Key(Kind.FORWARD, n), withWeights(Primitive.of(forward(n, any))));
        for (int n : backwardImages) {
            made.put(new Key(Kind.BACKWARD_WEIGHTS, n), new Made(Primitive.of(backwardWeights(n, gradientWeights, any)), 0));
            if (back) made.put(new Key(Kind.BACKWARD_DATA, n), withWeights(Primitive.of(backwardData(n, any))));
        }
        destroy(any, anyFloat, plain);
    }

    /** Descriptor of the order in which oneDNN would have the weights' gradient. */
    private long gradientOrder(int images, long any, long anyFloat) {
        long descriptor = backwardWeights(images, anyFloat, any), order = OneDnn.query(descriptor, OneDnn.QUERY_DIFF_WEIGHTS);
        OneDnn.destroyPrimitiveDescriptor(descriptor);
        return order;
    }

    private Made withWeights(Primitive primitive) {
        long descriptor = OneDnn.query(primitive.descriptor(), OneDnn.QUERY_WEIGHTS);
        Optional<Packed> same = packed.stream().filter(w -> OneDnn.equal(w.descriptor, descriptor)).findFirst();
        if (same.isPresent()) destroy(descriptor);
        else packed.add(new Packed(descriptor, memory.allocate(OneDnn.size(descriptor)), Primitive.Bound.reorder(gradientWeights, descriptor)));
        return new Made(primitive, same.orElseGet(packed::getLast).memory);
    }

    private Operand source(Tensors of, Precision precision, int images) {
        return new Operand(of.source().in(precision), emulated, of.count(images));
    }

    private Operand result(Tensors of, Precision precision, int images) {
        return new Operand(of.result().in(precision), emulated, of.count(images));
    }

    private long forward(int images, long weights) {
        return forward(tensors, images, weights);
    }

    private long forward(Tensors of, int images, long weights) {
        return describe(source(of, operands, images), result(of, results, images),
            (src, dst, attributes) -> OneDnn.convolutionForward(src, weights, dst, window, attributes));
    }

    private long backwardData(int images, long weights) {
        long hint = forward(images, weights);
        long descriptor = describe(source(tensors, results, images), result(tensors, operands, images),
            (src, dst, attributes) -> OneDnn.convolutionBackwardData(src, weights, dst, window, hint, attributes));
        OneDnn.destroyPrimitiveDescriptor(hint);
        return descriptor;
    }

    private long backwardWeights(int images, long gradient, long weights) {
        Tensors of = tensors.ofWeightGradient();
        long hint = forward(of, images, weights);
        long descriptor = describe(source(of, operands, images), result(of, operands, images),
            (src, dst, attributes) -> OneDnn.convolutionBackwardWeights(src, gradient, dst, window, hint, attributes));
        OneDnn.destroyPrimitiveDescriptor(hint);
        return descriptor;
    }

    private interface Description {
        long of(long src, long dst, long attributes);
    }

    private static long describe(Operand source, Operand result, Description description) {
        long src = source.descriptor(), dst = result.descriptor(), attributes = OneDnn.attributes(false);
        long descriptor = description.of(src, dst, attributes);
        destroy(src, dst);
        OneDnn.destroyAttributes(attributes);
        return descriptor;
    }

    private static void destroy(long... descriptors) {
        for (long d : descriptors) OneDnn.destroyDescriptor(d);
    }

    private Call call(Worker worker, Kind kind, int images) {
        return bound.get(worker.index).computeIfAbsent(new Key(kind, images), key -> switch (kind) {
            case FORWARD -> bind(key, OneDnn.SRC, source(tensors, operands, images), OneDnn.WEIGHTS, OneDnn.QUERY_WEIGHTS,
                OneDnn.DST, result(tensors, results, images));
            case BACKWARD_DATA -> bind(key, OneDnn.DIFF_DST, result(tensors, operands, images), OneDnn.WEIGHTS, OneDnn.QUERY_WEIGHTS,
                OneDnn.DIFF_SRC, source(tensors, results, images));
            case BACKWARD_WEIGHTS -> bind(key, OneDnn.SRC, source(tensors.ofWeightGradient(), operands, images), OneDnn.DIFF_WEIGHTS, OneDnn.QUERY_DIFF_WEIGHTS,
                OneDnn.DIFF_DST, result(tensors.ofWeightGradient(), operands, images));
        });
    }

    private Call bind(Key key, int firstName, Operand first, int weightsName, int weightsQuery, int lastName, Operand last) {
        Made of = made.get(key);
        long a = first.descriptor(), weights = OneDnn.query(of.primitive.descriptor(), weightsQuery), b = last.descriptor();
        Primitive.Bound product = new Primitive.Bound(of.primitive, new int[] {firstName, weightsName, lastName}, new long[] {a, weights, b});
        destroy(a, weights, b);
        return new Call(product, of.weights, first, last, key.kind != Kind.BACKWARD_WEIGHTS);
    }

    void forward(Worker worker, int images, long source, long result) {
        Call call = call(worker, Kind.FORWARD, images);
        call.run(worker, source, call.weights, result);
    }

    void backwardData(Worker worker, int images, long resultGradient, long sourceGradient) {
        Call call = call(worker, Kind.BACKWARD_DATA, images);
        call.run(worker, resultGradient, call.weights, sourceGradient);
    }

    void backwardWeights(Worker worker, int images, long source, long resultGradient, long gradient) {
        call(worker, Kind.BACKWARD_WEIGHTS, images).run(worker, source, gradient, resultGradient);
    }

    /** The same, added to what is there; {@code scratch} has room for {@link #count} floats. */
    void addBackwardWeights(Worker worker, int images, long source, long resultGradient, long gradient, long scratch) {
        backwardWeights(worker, images, source, resultGradient, scratch);
        WeightKernels.add(gradient, scratch, count);
    }

    /** Packs weights (float32) for the products. */
    void pack(Worker worker, long weights) {
        if (emulated) WeightKernels.roundToBf16(weights, rounded, count);
        for (Packed p : packed) p.pack.run(worker, emulated ? rounded : weights, p.memory);
    }

    /** Weights in the plain order. */
    float[] toPlain(long weights) {
        float[] values = new float[Math.toIntExact(count)];
        reordered(true, (reorder, worker, copy) -> {
            reorder.run(worker, weights, copy);
            for (int i = 0; i < values.length; i++) values[i] = Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, copy + 4L * i);
        });
        return values;
    }

    void fromPlain(float[] values, long weights) {
        reordered(false, (reorder, worker, copy) -> {
            for (int i = 0; i < values.length; i++) Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, copy + 4L * i, values[i]);
            reorder.run(worker, copy, weights);
        });
    }

    /** For each weight in the order in which it is kept, its place in the plain one. */
    int[] plainPlaces() {
        float[] places = new float[Math.toIntExact(count)];
        for (int i = 0; i < places.length; i++) places[i] = i;
        int[] kept = new int[places.length];
        try (HostMemory scratch = new HostMemory()) {
            long weights = scratch.allocate(4 * count);
            fromPlain(places, weights);
            for (int i = 0; i < kept.length; i++) kept[i] = (int) Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, weights + 4L * i);
        }
        return kept;
    }

    private interface Reordering {
        void by(Primitive.Bound reorder, Worker worker, long copy);
    }

    private void reordered(boolean toPlain, Reordering reordering) {
        long plain = tensors.weights(OneDnn.F32, plainTag);
        try (HostMemory scratch = new HostMemory(); Worker worker = new Worker(0, 0, 0, 0, scratch);
             Primitive.Bound reorder = toPlain ? Primitive.Bound.reorder(gradientWeights, plain) : Primitive.Bound.reorder(plain, gradientWeights)) {
            reordering.by(reorder, worker, scratch.allocate(OneDnn.size(plain)));
        }
        destroy(plain);
    }

    /** oneDNN's names of what it chose. */
    List<String> implementations() {
        return made.values().stream().map(m -> m.primitive.implementation()).distinct().sorted().toList();
    }

    @Override
    public void close() {
        bound.forEach(calls -> calls.values().forEach(c -> c.product.close()));
        made.values().forEach(m -> m.primitive.close());
        for (Packed p : packed) {
            p.pack.close();
            destroy(p.descriptor);
        }
        destroy(gradientWeights);
    }
}
