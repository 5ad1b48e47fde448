package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onebit.engine.Precision;
import onebit.model.Node;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;

/** A convolution by oneDNN's own primitives, on chunks of images that stay in cache. */
final class DirectConvolution extends Convolution {

    private enum Kind { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS }

    private record Key(Kind kind, int images) {}

    private final int type;
    private final OneDnn.Window window;
    private final RowKernels kernels;
    private final boolean training;

    private final long forwardWeights, backwardWeights, gradientWeights;
    private final Map<Key, Primitive> primitives = new HashMap<>();
    private final List<Map<Key, Primitive.Bound>> bound = new ArrayList<>();
    private final List<Primitive.Bound> packs = new ArrayList<>();

    private final long count;
    private final long master, momentum, quantized, packedForward, packedBackward;

    DirectConvolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients, RowKernels kernels,
                      int workers, int images, boolean training, HostMemory memory) {
        super(node, in, out, source, gradients);
        this.kernels = kernels;
        this.training = training;
        type = in.precision == Precision.BF16 ? OneDnn.BF16 : OneDnn.F32;
        var p = node.padding();
        window = new OneDnn.Window(new long[] {node.stride(), node.stride()}, new long[] {p.top(), p.left()}, new long[] {p.bottom(), p.right()});
        for (int i = 0; i < workers; i++) bound.add(new HashMap<>());

        long any = weights(type, OneDnn.TAG_ANY), anyFloat = weights(OneDnn.F32, OneDnn.TAG_ANY);
        Primitive forward = forward(images, any);
        primitives.put(new Key(Kind.FORWARD, images), forward);
        forwardWeights = OneDnn.query(forward.descriptor(), OneDnn.QUERY_WEIGHTS);
        if (training) {
            Primitive data = backwardData(images, any, forward), weights = backwardWeights(images, anyFloat, forward);
            primitives.put(new Key(Kind.BACKWARD_DATA, images), data);
            primitives.put(new Key(Kind.BACKWARD_WEIGHTS, images), weights);
            backwardWeights = OneDnn.query(data.descriptor(), OneDnn.QUERY_WEIGHTS);
            gradientWeights = OneDnn.query(weights.descriptor(), OneDnn.QUERY_DIFF_WEIGHTS);
        } else {
            backwardWeights = 0;
            gradientWeights = weights(OneDnn.F32, OneDnn.TAG_OIHW);
        }
        OneDnn.destroyDescriptor(any);
        OneDnn.destroyDescriptor(anyFloat);

        count = OneDnn.size(gradientWeights) / 4;
        master = memory.allocate(4 * count);
        momentum = training ? memory.allocate(4 * count) : 0;
        quantized = memory.allocate(4 * count);
        packedForward = memory.allocate(OneDnn.size(forwardWeights));
        packedBackward = training ? memory.allocate(OneDnn.size(backwardWeights)) : 0;
        packs.add(Primitive.Bound.reorder(gradientWeights, forwardWeights));
        if (training) packs.add(Primitive.Bound.reorder(gradientWeights, backwardWeights));
    }

    private long weights(int type, int tag) {
        return OneDnn.descriptor(type, tag, out.channels, in.channels, node.kernel(), node.kernel());
    }

    private Primitive forward(int images, long weights) {
        return make(images, (src, dst, attributes) -> OneDnn.convolutionForward(src, weights, dst, window, attributes));
    }

    private Primitive backwardData(int images, long weights, Primitive hint) {
        return make(images, (src, dst, attributes) -> OneDnn.convolutionBackwardData(src, weights, dst, window, hint.descriptor(), attributes));
    }

    private Primitive backwardWeights(int images, long weights, Primitive hint) {
        return make(images, (src, dst, attributes) -> OneDnn.convolutionBackwardWeights(src, weights, dst, window, hint.descriptor(), attributes));
    }

    private interface Description {
        long of(long src, long dst, long attributes);
    }

    private Primitive make(int images, Description description) {
        long src = in.descriptor(images), dst = out.descriptor(images), attributes = OneDnn.attributes(false);
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

    private Primitive.Bound bound(Worker worker, Kind kind, int images) {
        return bound.get(worker.index).computeIfAbsent(new Key(kind, images), key -> {
            long src = in.descriptor(images), dst = out.descriptor(images);
            Primitive.Bound b = switch (kind) {
                case FORWARD -> new Primitive.Bound(primitive(key), new int[] {OneDnn.SRC, OneDnn.WEIGHTS, OneDnn.DST}, new long[] {src, forwardWeights, dst});
                case BACKWARD_DATA -> new Primitive.Bound(primitive(key), new int[] {OneDnn.DIFF_DST, OneDnn.WEIGHTS, OneDnn.DIFF_SRC}, new long[] {dst, backwardWeights, src});
                case BACKWARD_WEIGHTS -> new Primitive.Bound(primitive(key), new int[] {OneDnn.SRC, OneDnn.DIFF_DST, OneDnn.DIFF_WEIGHTS}, new long[] {src, dst, gradientWeights});
            };
            destroy(src, dst);
            return b;
        });
    }

    @Override
    String algorithm() {
        return "direct " + primitives.values().stream().map(Primitive::implementation).distinct().sorted().toList();
    }

    /** The worker's chunk, activated: the stored one itself if there is nothing to do. */
    private long activated(Worker worker, int images, long x) {
        if (source.passesThrough()) return x;
        long to = worker.area("activated", images * in.imageBytes);
        Normalization.Part part = source.part(worker);
        for (int i = 0; i < images; i++) {
            long offset = i * in.imageBytes;
            in.rows((o, stride, n, p) ->
                kernels.activate(x + offset + o, stride, to + offset + o, stride, n, part.scale, part.offset, source.floor, p));
        }
        return to;
    }

    @Override
    void forward(Worker worker, int images, long x, long y, long skip, Normalization next) {
        bound(worker, Kind.FORWARD, images).run(worker, activated(worker, images, x), packedForward, y);
        Normalization.Part part = next.part(worker);
        if (skip == 0 && !next.normalizes()) return;
        for (int i = 0; i < images; i++) {
            long at = y + i * out.imageBytes, added = skip + i * out.imageBytes;
            if (skip == 0) out.rows((o, stride, n, p) -> kernels.sums(at + o, stride, n, part.sum, part.squares, p));
            else out.rows((o, stride, n, p) -> kernels.addSums(at + o, stride, added + o, stride, n, part.sum, part.squares, p));
        }
    }

    @Override
    void backward(Worker worker, int images, long x, long dy, long dx, boolean first, int half) {
        long a = activated(worker, images, x);
        long sum = gradients.of(half, worker.index);
        Primitive.Bound weights = bound(worker, Kind.BACKWARD_WEIGHTS, images);
        if (first) weights.run(worker, a, dy, sum);
        else {
            long part = worker.area("weight gradient", 4 * count);
            weights.run(worker, a, dy, part);
            WeightKernels.add(sum, part, count);
        }
        if (dx == 0) return;
        bound(worker, Kind.BACKWARD_DATA, images).run(worker, dy, packedBackward, dx);
        if (source.normalizes()) sumGradients(worker, images, x, a, dx);
    }

    private void sumGradients(Worker worker, int images, long x, long a, long dx) {
        Normalization.Part part = source.part(worker);
        for (int i = 0; i < images; i++) {
            long offset = i * in.imageBytes;
            if (source.affine()) in.rows((o, stride, n, p) -> kernels.gradientSumsOfStored(dx + offset + o, stride, x + offset + o, stride, n,
                part.scale, part.offset, source.floor, part.gradientSum, part.products, p));
            else in.rows((o, stride, n, p) -> kernels.gradientSums(dx + offset + o, stride, a + offset + o, stride, n, source.floor,
                part.gradientSum, part.products, p));
        }
    }

    @Override
    void update(Worker worker, int workers, Descent d, int half) {
        share(worker, workers, count, Vectors.LANES, (from, n) -> {
            long at = 4 * from, gradient = gradients.of(half, 0) + at;
            for (int w = 1; w < workers; w++) WeightKernels.add(gradient, gradients.of(half, w) + at, n);
            WeightKernels.descend(master + at, momentum + at, gradient, n, d.rate(), d.momentum(), d.decay());
            quantizeSlice(from, n);
        });
    }

    private void quantizeSlice(long from, long n) {
        switch (node.quantizer()) {
            case OneBit q -> WeightKernels.oneBit(master + 4 * from, quantized + 4 * from, n, scale());
            default -> {}
        }
    }

    @Override
    void quantize(Worker worker, int workers) {
        share(worker, workers, count, Vectors.LANES, this::quantizeSlice);
    }

    @Override
    void prepare(Worker worker) {
        long from = switch (node.quantizer()) {
            case OneBit q -> quantized;
            case FullPrecision q -> master;
            default -> {
                copyIn(quantized(), quantized);
                yield quantized;
            }
        };
        packs.getFirst().run(worker, from, packedForward);
        if (training) packs.getLast().run(worker, from, packedBackward);
    }

    @Override
    long gradientBytes() {
        return training ? 4 * count : 0;
    }

    @Override
    float[] read(boolean ofMomentum) {
        long plain = weights(OneDnn.F32, OneDnn.TAG_OIHW);
        float[] values = new float[node.weights()];
        try (HostMemory scratch = new HostMemory(); Worker worker = new Worker(0, 0, 0, 0, scratch); Primitive.Bound reorder = Primitive.Bound.reorder(gradientWeights, plain)) {
            long copy = scratch.allocate(OneDnn.size(plain));
            reorder.run(worker, ofMomentum ? momentum : master, copy);
            forEachWeight((i, at) -> values[i] = Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, copy + 4 * at));
        }
        OneDnn.destroyDescriptor(plain);
        return values;
    }

    @Override
    void write(boolean ofMomentum, float[] values) {
        copyIn(values, ofMomentum ? momentum : master);
    }

    private void copyIn(float[] values, long to) {
        long plain = weights(OneDnn.F32, OneDnn.TAG_OIHW);
        try (HostMemory scratch = new HostMemory(); Worker worker = new Worker(0, 0, 0, 0, scratch); Primitive.Bound reorder = Primitive.Bound.reorder(plain, gradientWeights)) {
            long copy = scratch.allocate(OneDnn.size(plain));
            forEachWeight((i, at) -> Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, copy + 4 * at, values[i]));
            reorder.run(worker, copy, to);
        }
        OneDnn.destroyDescriptor(plain);
    }

    private interface Weight {
        void at(int index, long padded);
    }

    /** Index of each real weight, and its place among the padded ones. */
    private void forEachWeight(Weight visitor) {
        int taps = node.kernel() * node.kernel(), index = 0;
        for (int o = 0; o < node.outputChannels(); o++)
            for (int c = 0; c < node.inputChannels(); c++)
                for (int t = 0; t < taps; t++) visitor.at(index++, ((long) o * in.channels + c) * taps + t);
    }

    @Override
    public void close() {
        bound.forEach(m -> m.values().forEach(Primitive.Bound::close));
        primitives.values().forEach(Primitive::close);
        packs.forEach(Primitive.Bound::close);
        destroy(forwardWeights, gradientWeights);
        if (training) destroy(backwardWeights);
    }
}
