package onebit.cpu;

import java.util.Collections;
import java.util.Optional;
import onebit.model.Node;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;

/** A convolution by oneDNN's own primitives, on chunks of images that stay in cache. */
class DirectConvolution extends Convolution {

    final RowKernels kernels;
    final ConvolutionPrimitives products;
    private final Optional<Strips> strips;
    private final boolean training;
    private final long master, momentum, quantized;

    /** @param strips whether small images may be put side by side for the weights' gradient */
    DirectConvolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients, RowKernels kernels,
                      Chunks chunks, boolean training, boolean strips, Natives natives) {
        super(node, in, out, source, gradients);
        this.kernels = kernels;
        this.training = training;
        this.strips = strips && Strips.allows(node, in) ? Optional.of(new Strips(in, out)) : Optional.empty();
        products = new ConvolutionPrimitives(new Tensors(in, out, node.kernel(), this.strips), window(node), in.precision, out.precision, OneDnn.TAG_OIHW,
            chunks.sizes(forwardChunk()), training ? chunks.sizes(backwardChunk()) : Collections.emptySortedSet(), chunks.workers(),
            in.order != Layout.Order.PLANAR, Emulation.of(in.precision), natives);
        master = natives.allocate(4 * products.count);
        momentum = training ? natives.allocate(4 * products.count) : 0;
        quantized = natives.allocate(4 * products.count);
    }

    private static OneDnn.Window window(Node.Conv node) {
        var p = node.padding();
        return new OneDnn.Window(new long[] {node.stride(), node.stride()}, new long[] {p.top(), p.left()}, new long[] {p.bottom(), p.right()});
    }

    /**
     * Those of a convolution of whole tensors, with a square filter.
     *
     * @param strips from which the weights' gradient is made instead
     */
    record Tensors(Layout in, Layout out, int kernel, Optional<Strips> strips) implements ConvolutionPrimitives.Tensors {

        @Override
        public ConvolutionPrimitives.Tensors ofWeightGradient() {
            return strips.isPresent() ? strips.get() : this;
        }

        @Override
        public Layout source() {
            return in;
        }

        @Override
        public Layout result() {
            return out;
        }

        @Override
        public long weights(Natives natives, int type, int tag) {
            return OneDnn.descriptor(natives, type, tag, out.channels, in.channels, kernel, kernel);
        }
    }

    @Override
    String algorithm() {
        return "direct " + products.implementations();
    }

    /** The worker's chunk, activated: the stored one itself if there is nothing to do. */
    private long activated(Worker worker, int images, long x) {
        Normalization.Part part = source.part(worker);
        return source.passesThrough() ? x : activated(worker, images, x, part.scale, part.offset);
    }

    final long activated(Worker worker, int images, long x, float[] scale, float[] offset) {
        long to = worker.area("activated", images * in.imageBytes);
        for (int i = 0; i < images; i++) {
            long at = i * in.imageBytes;
            in.rows((o, stride, n, p) -> kernels.activate(x + at + o, stride, to + at + o, stride, n, scale, offset, source.floor, p));
        }
        return to;
    }

    @Override
    void forward(Worker worker, int images, long x, long y, long skip, Normalization next) {
        products.forward(worker, images, activated(worker, images, x), y);
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
        gradientOfWeights(worker, images, a, dy, first, half);
        if (dx == 0) return;
        products.backwardData(worker, images, dy, dx);
        if (source.normalizes()) sumGradients(worker, images, x, a, dx);
    }

    final void gradientOfWeights(Worker worker, int images, long a, long dy, boolean first, int half) {
        long sum = gradients.of(half, worker.index);
        long x = strips.map(s -> s.ofSource(worker, images, a)).orElse(a), g = strips.map(s -> s.ofGradient(worker, images, dy)).orElse(dy);
        if (first) products.backwardWeights(worker, images, x, g, sum);
        else products.addBackwardWeights(worker, images, x, g, sum, worker.area("weight gradient", 4 * products.count));
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
        share(worker, workers, products.count, Vectors.LANES, (from, n) -> {
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
        share(worker, workers, products.count, Vectors.LANES, this::quantizeSlice);
    }

    @Override
    void prepare(Worker worker) {
        if (!elementwise()) copyIn(quantized(), quantized);
        products.pack(worker, inUse());
    }

    /** Address of the weights that the products have. */
    final long inUse() {
        return node.quantizer() instanceof FullPrecision ? master : quantized;
    }

    @Override
    long gradientBytes() {
        return training ? 4 * products.count : 0;
    }

    @Override
    float[] read(boolean ofMomentum) {
        float[] padded = products.toPlain(ofMomentum ? momentum : master), values = new float[node.weights()];
        forEachWeight((i, at) -> values[i] = padded[at]);
        return values;
    }

    @Override
    void write(boolean ofMomentum, float[] values) {
        copyIn(values, ofMomentum ? momentum : master);
    }

    private void copyIn(float[] values, long to) {
        float[] padded = new float[Math.toIntExact(products.count)];
        forEachWeight((i, at) -> padded[at] = values[i]);
        products.fromPlain(padded, to);
    }

    private interface Weight {
        void at(int index, int padded);
    }

    /** Index of each real weight, and its place among the padded ones. */
    private void forEachWeight(Weight visitor) {
        int taps = node.kernel() * node.kernel(), index = 0;
        for (int o = 0; o < node.outputChannels(); o++)
            for (int c = 0; c < node.inputChannels(); c++)
                for (int t = 0; t < taps; t++) visitor.at(index++, (o * in.channels + c) * taps + t);
    }
}
