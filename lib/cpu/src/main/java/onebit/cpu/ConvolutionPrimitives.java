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
 * oneDNN's three products of a convolution, on so many images as was said before: forward, back to its input, and the gradient of
 * its weights. Weights are kept in the order that the gradient has, and packed from there for the other two.
 */
final class ConvolutionPrimitives {

    /** A convolution's tensors. */
    interface Tensors {

        /** Of the source, and of its gradient. */
        Layout source();

        /** Of the result, and of its gradient. */
        Layout result();

        /** oneDNN's descriptor of the weights. */
        long weights(Natives natives, int type, int tag);

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

    /** A product: its first operand; weights' address, or 0 if it makes their gradient; and its result, or the gradient's other operand. */
    private record Product(Primitive primitive, Operand first, long weights, Operand last) {}

    /** The same, bound to a thread. */
    private record Call(Primitive.Bound bound, Product product) {

        void make(Worker worker, long first, long result) {
            product.last.make(worker, result, to -> bound.run(worker, product.first.first(worker, first), product.weights, to));
        }

        void makeGradient(Worker worker, long source, long gradient, long resultGradient) {
            bound.run(worker, product.first.first(worker, source), gradient, product.last.last(worker, resultGradient));
        }
    }

    private final Tensors tensors;
    private final OneDnn.Window window;
    /** Of source, weights and the result's gradient; and of the result and the source's gradient. */
    private final Precision operands, results;
    private final boolean emulated;
    private final Natives natives;
    private final Map<Key, Product> products = new HashMap<>();
    private final List<Map<Key, Call>> calls = new ArrayList<>();
    /** oneDNN's choice of order depends on the number of images, too: with AMX, what 16 want may leave it plain loops for 15. */
    private final List<Packed> packed = new ArrayList<>();
    private final long attributes;
    /** Descriptors of weights in their plain order, and in that of their gradient. */
    private final long plain, kept;
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
                          SortedSet<Integer> backwardImages, int workers, boolean back, boolean emulated, Natives natives) {
        this.tensors = tensors;
        this.window = window;
        this.operands = operands;
        this.results = results;
        this.emulated = emulated;
        this.natives = natives;
        for (int i = 0; i < workers; i++) calls.add(new HashMap<>());

        attributes = OneDnn.attributes(natives, false);
        plain = tensors.weights(natives, OneDnn.F32, plainTag);
        long any = tensors.weights(natives, OneDnn.type(emulated ? Precision.FLOAT32 : operands), OneDnn.TAG_ANY);
        kept = backwardImages.isEmpty() ? plain : gradientOrder(backwardImages.last(), any);
        count = OneDnn.size(kept) / 4;
        if (OneDnn.size(plain) != OneDnn.size(kept))
            throw new IllegalStateException("oneDNN would pad a gradient of " + OneDnn.size(plain) / 4 + " weights to " + count + ".");
        rounded = emulated ? natives.allocate(4 * count) : 0;
        for (int n : forwardImages) products.put(new Key(Kind.FORWARD, n), forwardProduct(n, any));
        for (int n : backwardImages) {
            products.put(new Key(Kind.BACKWARD_WEIGHTS, n), weightGradientProduct(n, any));
            if (back) products.put(new Key(Kind.BACKWARD_DATA, n), backwardDataProduct(n, any));
        }
    }

    private Operand source(Tensors of, Precision precision, int images) {
        return new Operand(of.source().in(precision), emulated, of.count(images));
    }

    private Operand result(Tensors of, Precision precision, int images) {
        return new Operand(of.result().in(precision), emulated, of.count(images));
    }

    private Product forwardProduct(int images, long weights) {
        return withWeights(forward(tensors, images, weights), OneDnn.SRC, source(tensors, operands, images), OneDnn.DST, result(tensors, results, images));
    }

    private Product backwardDataProduct(int images, long weights) {
        Operand source = source(tensors, results, images), result = result(tensors, operands, images);
        long descriptor = OneDnn.convolutionBackwardData(natives, source.descriptor(natives), weights, result.descriptor(natives), window,
            forward(tensors, images, weights), attributes);
        return withWeights(descriptor, OneDnn.DIFF_DST, result, OneDnn.DIFF_SRC, source);
    }

    private Product withWeights(long descriptor, int firstName, Operand first, int lastName, Operand last) {
        long weights = OneDnn.query(natives, descriptor, OneDnn.QUERY_WEIGHTS);
        Primitive primitive = new Primitive(natives, descriptor, new int[] {firstName, OneDnn.WEIGHTS, lastName},
            first.descriptor(natives), weights, last.descriptor(natives));
        Optional<Packed> same = packed.stream().filter(p -> OneDnn.equal(p.descriptor, weights)).findFirst();
        if (same.isEmpty()) packed.add(new Packed(weights, natives.allocate(OneDnn.size(weights)), Primitive.reorder(natives, kept, weights)));
        return new Product(primitive, first, same.orElseGet(packed::getLast).memory, last);
    }

    private Product weightGradientProduct(int images, long weights) {
        Tensors of = tensors.ofWeightGradient();
        Operand source = source(of, operands, images), result = result(of, operands, images);
        Primitive primitive = new Primitive(natives, weightGradient(images, kept, weights), new int[] {OneDnn.SRC, OneDnn.DIFF_WEIGHTS, OneDnn.DIFF_DST},
            source.descriptor(natives), kept, result.descriptor(natives));
        return new Product(primitive, source, 0, result);
    }

    /** Descriptor of the order in which oneDNN would have the weights' gradient. */
    private long gradientOrder(int images, long any) {
        return OneDnn.query(natives, weightGradient(images, tensors.weights(natives, OneDnn.F32, OneDnn.TAG_ANY), any), OneDnn.QUERY_DIFF_WEIGHTS);
    }

    private long forward(Tensors of, int images, long weights) {
        return OneDnn.convolutionForward(natives, source(of, operands, images).descriptor(natives), weights, result(of, results, images).descriptor(natives),
            window, attributes);
    }

    private long weightGradient(int images, long gradient, long weights) {
        Tensors of = tensors.ofWeightGradient();
        return OneDnn.convolutionBackwardWeights(natives, source(of, operands, images).descriptor(natives), gradient,
            result(of, operands, images).descriptor(natives), window, forward(of, images, weights), attributes);
    }

    private Call call(Worker worker, Kind kind, int images) {
        return calls.get(worker.index).computeIfAbsent(new Key(kind, images), key -> new Call(products.get(key).primitive.bind(), products.get(key)));
    }

    void forward(Worker worker, int images, long source, long result) {
        call(worker, Kind.FORWARD, images).make(worker, source, result);
    }

    void backwardData(Worker worker, int images, long resultGradient, long sourceGradient) {
        call(worker, Kind.BACKWARD_DATA, images).make(worker, resultGradient, sourceGradient);
    }

    void backwardWeights(Worker worker, int images, long source, long resultGradient, long gradient) {
        call(worker, Kind.BACKWARD_WEIGHTS, images).makeGradient(worker, source, gradient, resultGradient);
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
        try (Natives scratch = new Natives()) {
            long copy = scratch.allocate(4 * count);
            Primitive.reorder(scratch, kept, plain).run(new Worker(0, 0, 0, 0, scratch), weights, copy);
            for (int i = 0; i < values.length; i++) values[i] = Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, copy + 4L * i);
        }
        return values;
    }

    void fromPlain(float[] values, long weights) {
        try (Natives scratch = new Natives()) {
            long copy = scratch.allocate(4 * count);
            for (int i = 0; i < values.length; i++) Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, copy + 4L * i, values[i]);
            Primitive.reorder(scratch, plain, kept).run(new Worker(0, 0, 0, 0, scratch), copy, weights);
        }
    }

    /** For each weight in the order in which it is kept, its place in the plain one. */
    int[] plainPlaces() {
        float[] places = new float[Math.toIntExact(count)];
        for (int i = 0; i < places.length; i++) places[i] = i;
        int[] order = new int[places.length];
        try (Natives scratch = new Natives()) {
            long weights = scratch.allocate(4 * count);
            fromPlain(places, weights);
            for (int i = 0; i < order.length; i++) order[i] = (int) Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, weights + 4L * i);
        }
        return order;
    }

    /** oneDNN's names of what it chose. */
    List<String> implementations() {
        return products.values().stream().map(p -> p.primitive.implementation).distinct().sorted().toList();
    }
}
