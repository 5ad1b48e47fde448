package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * oneDNN's three products of a convolution, on any number of images: forward, back to its input, and the gradient of
 * its weights. Weights are kept in the order that the gradient has, and packed from there for the other two.
 */
final class ConvolutionPrimitives implements AutoCloseable {

    /** A convolution's tensors as oneDNN's descriptors, which whoever asks destroys. */
    interface Tensors {

        /** Of the source, and of its gradient. */
        long source(int type, int images);

        /** Of the result, and of its gradient. */
        long result(int type, int images);

        long weights(int type, int tag);
    }

    /** A product for one thread: each run says where the data lie. */
    interface Product extends AutoCloseable {

        void run(Worker worker, long first, long second, long third);

        @Override
        void close();
    }

    private enum Kind { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS }

    private record Key(Kind kind, int images) {}

    private final Tensors tensors;
    private final OneDnn.Window window;
    /** Type of operands, weights included, and of results: as they are given, and as oneDNN computes with them. */
    private final int operands, results, computedOperands, computedResults;
    private final boolean back;
    private final int plainTag;
    private final Map<Key, Primitive> primitives = new HashMap<>();
    private final List<Map<Key, Product>> bound = new ArrayList<>();
    private final List<Primitive.Bound> packs = new ArrayList<>();
    /** What weights go through before they are packed, if products of bf16 are emulated. */
    private final Optional<Primitive.Bound> rounding;
    private final long forwardWeights, backwardWeights, gradientWeights;
    private final long packedForward, packedBackward, rounded;

    /** Number of weights, those of padding channels included. */
    final long count;

    /**
     * @param operands type of source, weights and the result's gradient
     * @param results  type of the result and the source's gradient
     * @param plainTag oneDNN's tag of weights in their plain order
     * @param images   in a call, as a rule; it decides how weights are packed
     * @param training whether the gradient of the weights will be wanted
     * @param back     whether that of the source will be
     * @param emulated whether products of bf16 operands are formed in float32 ({@link EmulatedProduct})
     */
    ConvolutionPrimitives(Tensors tensors, OneDnn.Window window, int operands, int results, int plainTag, int images, int workers, boolean training,
                          boolean back, boolean emulated, HostMemory memory) {
        this.tensors = tensors;
        this.window = window;
        this.operands = operands;
        this.results = results;
        computedOperands = emulated ? OneDnn.F32 : operands;
        computedResults = emulated ? OneDnn.F32 : results;
        this.back = back;
        this.plainTag = plainTag;
        for (int i = 0; i < workers; i++) bound.add(new HashMap<>());

        long any = tensors.weights(computedOperands, OneDnn.TAG_ANY), anyFloat = tensors.weights(OneDnn.F32, OneDnn.TAG_ANY);
        Primitive forward = forward(images, any);
        primitives.put(new Key(Kind.FORWARD, images), forward);
        forwardWeights = OneDnn.query(forward.descriptor(), OneDnn.QUERY_WEIGHTS);
        if (back) {
            Primitive data = backwardData(images, any, forward);
            primitives.put(new Key(Kind.BACKWARD_DATA, images), data);
            backwardWeights = OneDnn.query(data.descriptor(), OneDnn.QUERY_WEIGHTS);
        } else backwardWeights = 0;
        if (training) {
            Primitive weights = backwardWeights(images, anyFloat, forward);
            primitives.put(new Key(Kind.BACKWARD_WEIGHTS, images), weights);
            gradientWeights = OneDnn.query(weights.descriptor(), OneDnn.QUERY_DIFF_WEIGHTS);
        } else gradientWeights = tensors.weights(OneDnn.F32, plainTag);
        destroy(any, anyFloat);
        count = OneDnn.size(gradientWeights) / 4;
        packedForward = memory.allocate(OneDnn.size(forwardWeights));
        packedBackward = back ? memory.allocate(OneDnn.size(backwardWeights)) : 0;
        long packable = emulated ? tensors.weights(OneDnn.BF16, plainTag) : gradientWeights;
        rounded = emulated ? memory.allocate(OneDnn.size(packable)) : 0;
        packs.add(Primitive.Bound.reorder(packable, forwardWeights));
        if (back) packs.add(Primitive.Bound.reorder(packable, backwardWeights));
        rounding = emulated ? Optional.of(Primitive.Bound.reorder(gradientWeights, packable)) : Optional.empty();
        if (emulated) destroy(packable);
    }

    private Primitive forward(int images, long weights) {
        return make(tensors.source(computedOperands, images), tensors.result(computedResults, images),
            (src, dst, attributes) -> OneDnn.convolutionForward(src, weights, dst, window, attributes));
    }

    private Primitive backwardData(int images, long weights, Primitive hint) {
        return make(tensors.source(computedResults, images), tensors.result(computedOperands, images),
            (src, dst, attributes) -> OneDnn.convolutionBackwardData(src, weights, dst, window, hint.descriptor(), attributes));
    }

    private Primitive backwardWeights(int images, long weights, Primitive hint) {
        return make(tensors.source(computedOperands, images), tensors.result(computedOperands, images),
            (src, dst, attributes) -> OneDnn.convolutionBackwardWeights(src, weights, dst, window, hint.descriptor(), attributes));
    }

    private interface Description {
        long of(long src, long dst, long attributes);
    }

    private static Primitive make(long src, long dst, Description description) {
        long attributes = OneDnn.attributes(false);
        Primitive p = Primitive.of(description.of(src, dst, attributes));
        destroy(src, dst);
        OneDnn.destroyAttributes(attributes);
        return p;
    }

    private static void destroy(long... descriptors) {
        for (long d : descriptors) OneDnn.destroyDescriptor(d);
    }

    private synchronized Primitive primitive(Key key) {
        Primitive p = primitives.get(key);
        if (p == null) {
            p = switch (key.kind) {
                case FORWARD -> forward(key.images, forwardWeights);
                case BACKWARD_DATA -> backwardData(key.images, backwardWeights, primitive(new Key(Kind.FORWARD, key.images)));
                case BACKWARD_WEIGHTS -> backwardWeights(key.images, gradientWeights, primitive(new Key(Kind.FORWARD, key.images)));
            };
            primitives.put(key, p);
        }
        return p;
    }

    private Product bound(Worker worker, Kind kind, int images) {
        return bound.get(worker.index).computeIfAbsent(new Key(kind, images), key -> switch (kind) {
            case FORWARD -> bind(key, OneDnn.SRC, tensors.source(computedOperands, images), OneDnn.WEIGHTS, forwardWeights,
                OneDnn.DST, tensors.result(computedResults, images));
            case BACKWARD_DATA -> bind(key, OneDnn.DIFF_DST, tensors.result(computedOperands, images), OneDnn.WEIGHTS, backwardWeights,
                OneDnn.DIFF_SRC, tensors.source(computedResults, images));
            case BACKWARD_WEIGHTS -> bind(key, OneDnn.SRC, tensors.source(computedOperands, images), OneDnn.DIFF_WEIGHTS, gradientWeights,
                OneDnn.DIFF_DST, tensors.result(computedOperands, images));
        });
    }

    private Product bind(Key key, int firstName, long first, int weightsName, long weights, int lastName, long last) {
        Product b = new Primitive.Bound(primitive(key), new int[] {firstName, weightsName, lastName}, new long[] {first, weights, last});
        if (computedOperands != operands)
            b = new EmulatedProduct(b, OneDnn.size(first) / 4, OneDnn.size(last) / 4, key.kind == Kind.BACKWARD_WEIGHTS ? EmulatedProduct.Last.OPERAND
                : results == OneDnn.BF16 ? EmulatedProduct.Last.BF16_RESULT : EmulatedProduct.Last.FLOAT32_RESULT);
        destroy(first, last);
        return b;
    }

    void forward(Worker worker, int images, long source, long result) {
        bound(worker, Kind.FORWARD, images).run(worker, source, packedForward, result);
    }

    void backwardData(Worker worker, int images, long resultGradient, long sourceGradient) {
        bound(worker, Kind.BACKWARD_DATA, images).run(worker, resultGradient, packedBackward, sourceGradient);
    }

    void backwardWeights(Worker worker, int images, long source, long resultGradient, long gradient) {
        bound(worker, Kind.BACKWARD_WEIGHTS, images).run(worker, source, gradient, resultGradient);
    }

    /** The same, added to what is there; {@code scratch} has room for {@link #count} floats. */
    void addBackwardWeights(Worker worker, int images, long source, long resultGradient, long gradient, long scratch) {
        backwardWeights(worker, images, source, resultGradient, scratch);
        WeightKernels.add(gradient, scratch, count);
    }

    /** Packs weights (float32) for the products. */
    void pack(Worker worker, long weights) {
        rounding.ifPresent(r -> r.run(worker, weights, rounded));
        long packable = rounding.isPresent() ? rounded : weights;
        packs.getFirst().run(worker, packable, packedForward);
        if (back) packs.getLast().run(worker, packable, packedBackward);
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
        return primitives.values().stream().map(Primitive::implementation).distinct().sorted().toList();
    }

    @Override
    public void close() {
        bound.forEach(m -> m.values().forEach(Product::close));
        primitives.values().forEach(Primitive::close);
        packs.forEach(Primitive.Bound::close);
        rounding.ifPresent(Primitive.Bound::close);
        destroy(forwardWeights, gradientWeights);
        if (back) destroy(backwardWeights);
    }
}
