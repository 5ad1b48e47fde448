package onebit.cpu;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import onebit.engine.Precision;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.quant.OneBit;

/**
 * A 3x3 convolution of stride 1 on bf16 by Winograd's minimal filtering down the columns ({@link ColumnTransforms}):
 * half the products. What is left along the rows is a 1x3 convolution of each of the six planes, for which oneDNN's
 * own primitive is called, on groups. Activation happens on the way into the input transform, addition and sums on the
 * way out of the output transform.
 *
 * <p>Master weights are in three slabs, one for each tap down a column. One-bit weights enter the products as the
 * transform of exactly +-1, their constant in the output transform.
 */
final class ColumnWinogradConvolution extends Convolution {

    private static final int TAPS = 3, PLANES = ColumnTransforms.PLANES, TILE = ColumnTransforms.TILE;

    /** oneDNN's tag of weights by group, output channel, input channel, row and column. */
    private static final int TAG_GOIHW = 6;

    /** Bytes of a chunk's planes. */
    private static final long CHUNK_BYTES = 3L << 18;

    /** How much larger than the weights' gradient, which each chunk adds, the backward pass's planes are at least. */
    private static final long GRADIENTS = 4;

    private final ConvolutionPrimitives products;
    private final boolean training;
    private final int height, width, tiles, vectors;
    /** Bytes of a row of pixels of one block: of a tensor or plane, and in float32, of a plane of products or a line. */
    private final long row, productRow;
    private final long slab;
    private final long master, momentum, planes;

    /** Whether this convolution can be done so: 3x3, stride 1, one cell of padding, and no learned scale before it. */
    static boolean allows(Node.Conv conv, Normalization source) {
        // Its weights' planes, with taps in them, pass through one array when they are loaded.
        boolean fits = (long) PLANES * TAPS * conv.inputChannels() * conv.outputChannels() <= Integer.MAX_VALUE;
        return keepsSize(conv) && !source.affine() && fits;
    }

    ColumnWinogradConvolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients, Chunks chunks,
                              boolean training, Natives natives) {
        super(node, in, out, source, gradients);
        this.training = training;
        height = in.shape.height();
        width = in.shape.width();
        tiles = (height + TILE - 1) / TILE;
        vectors = ColumnTransforms.vectors(width);
        row = (long) width * Layout.BLOCK * 2;
        productRow = 2 * row;
        slab = (long) TAPS * in.channels * out.channels;
        products = new ConvolutionPrimitives(new Tensors(), new OneDnn.Window(new long[] {1, 1}, new long[] {0, 1}, new long[] {0, 1}),
            Precision.BF16, Precision.FLOAT32, TAG_GOIHW, chunks.sizes(forwardChunk()), training ? chunks.sizes(backwardChunk()) : Collections.emptySortedSet(), chunks.workers(), true,
            Emulation.of(Precision.BF16), natives);
        master = natives.allocate(4 * TAPS * slab);
        momentum = training ? natives.allocate(4 * TAPS * slab) : 0;
        planes = natives.allocate(4 * PLANES * slab);
    }

    private final class Tensors implements ConvolutionPrimitives.Tensors {

        private Layout planes(Layout of) {
            return new Layout(Precision.BF16, Layout.Order.BLOCKED, new Shape(PLANES * of.channels, tiles, width));
        }

        @Override
        public Layout source() {
            return planes(in);
        }

        @Override
        public Layout result() {
            return planes(out);
        }

        @Override
        public long weights(Natives natives, int type, int tag) {
            return OneDnn.descriptor(natives, type, tag, PLANES, out.channels, in.channels, 1, 3);
        }
    }

    @Override
    String algorithm() {
        return "Winograd F(4,3) down the columns " + products.implementations();
    }

    // ---- places in memory

    /** Bytes of a plane of one image, and of all its planes. */
    private long plane(Layout layout) {
        return (long) layout.blocks() * tiles * row;
    }

    private long planes(Layout layout) {
        return PLANES * plane(layout);
    }

    @Override
    int forwardChunk() {
        return (int) Math.max(1, CHUNK_BYTES / (planes(in) + 2 * planes(out)));
    }

    @Override
    int backwardChunk() {
        long image = planes(out) + 2 * planes(in);
        return (int) Math.max(1, Math.max(CHUNK_BYTES, GRADIENTS * gradientBytes()) / image);
    }

    // ---- transforms between tensors and planes

    private interface LoadRow {
        void at(long from, long line, int p);
    }

    private interface StoreRow {
        void at(long line, long offset, int p);
    }

    private LoadRow loading(Worker worker) {
        if (source.passesThrough()) return (from, line, p) -> ColumnTransforms.loadPlain(from, vectors, line);
        Normalization.Part part = source.part(worker);
        return (from, line, p) -> ColumnTransforms.loadActivated(from, vectors, line, part.scale, part.offset, source.floor, p);
    }

    /** Float32 lines of one block, as many as a tile has inputs. */
    private long lines(Worker worker) {
        return worker.area("lines", (TILE + 2) * productRow);
    }

    /** A row of zeros, of a tensor or in float32. */
    private long zeros(Worker worker) {
        return worker.area("zeros " + width, productRow);
    }

    /** Planes of the activated input. */
    private long inputPlanes(Worker worker, int images, long x) {
        long to = worker.area("input planes", images * planes(in)), lines = lines(worker), zeros = zeros(worker), plane = plane(in);
        LoadRow load = loading(worker);
        long[] tile = new long[TILE + 2];
        for (int i = 0; i < images; i++)
            for (int b = 0; b < in.blocks(); b++) {
                long tensor = x + i * in.imageBytes + b * height * row, planes = to + i * planes(in) + b * tiles * row;
                int loaded = -1;
                for (int t = 0; t < tiles; t++) {
                    for (int k = 0; k < tile.length; k++) {
                        int y = TILE * t - 1 + k;
                        boolean inside = y >= 0 && y < height;
                        tile[k] = inside ? lines + y % tile.length * productRow : zeros;
                        if (!inside || y <= loaded) continue;
                        load.at(tensor + y * row, tile[k], b * Layout.BLOCK);
                        loaded = y;
                    }
                    ColumnTransforms.input(tile, vectors, planes + t * row, plane);
                }
            }
        return to;
    }

    /** Planes of the output's gradient. */
    private long gradientPlanes(Worker worker, int images, long dy) {
        long to = worker.area("gradient planes", images * planes(out)), zeros = zeros(worker), plane = plane(out);
        long[] tile = new long[TILE];
        for (int i = 0; i < images; i++)
            for (int b = 0; b < out.blocks(); b++)
                for (int t = 0; t < tiles; t++) {
                    long planes = to + i * planes(out) + (b * tiles + t) * row;
                    for (int k = 0; k < TILE; k++) {
                        int y = TILE * t + k;
                        tile[k] = y < height ? dy + i * out.imageBytes + (b * height + y) * row : zeros;
                    }
                    MemorySegment.copy(Vectors.MEMORY, tile[0], Vectors.MEMORY, planes, row);
                    MemorySegment.copy(Vectors.MEMORY, tile[TILE - 1], Vectors.MEMORY, planes + (PLANES - 1) * plane, row);
                    ColumnTransforms.outputGradient(tile, vectors, planes, plane);
                }
        return to;
    }

    /** From the planes of products to the output; {@code store} gets each line, its byte offset from the first image, and its parameters' index. */
    private void output(Worker worker, int images, long from, StoreRow store) {
        long lines = lines(worker), plane = 2 * plane(out);
        long[] tile = new long[TILE];
        for (int k = 0; k < TILE; k++) tile[k] = lines + k * productRow;
        for (int i = 0; i < images; i++)
            for (int b = 0; b < out.blocks(); b++)
                for (int t = 0; t < tiles; t++) {
                    ColumnTransforms.output(from + 2 * i * planes(out) + (b * tiles + t) * productRow, plane, vectors, scale(), tile);
                    for (int k = 0; k < TILE && TILE * t + k < height; k++)
                        store.at(tile[k], i * out.imageBytes + (b * height + TILE * t + k) * row, b * Layout.BLOCK);
                }
    }

    /** From the planes of products to the input's gradient. */
    private void inputGradient(Worker worker, int images, long from, StoreRow store) {
        long line = lines(worker), second = line + productRow, plane = 2 * plane(in);
        float scale = scale();
        for (int i = 0; i < images; i++)
            for (int b = 0; b < in.blocks(); b++) {
                long tensor = i * in.imageBytes + b * height * row, planes = from + 2 * i * planes(in) + b * tiles * productRow;
                int p = b * Layout.BLOCK;
                for (int t = 0; t <= tiles; t++) {
                    long current = planes + Math.min(t, tiles - 1) * productRow, previous = planes + Math.max(t - 1, 0) * productRow;
                    float ofCurrent = t < tiles ? scale : 0, ofPrevious = t > 0 ? scale : 0;
                    int y = TILE * t;
                    if (t > 0 && y - 1 < height) {
                        ColumnTransforms.inputGradientAbove(current, ofCurrent, previous, ofPrevious, plane, vectors, line);
                        store.at(line, tensor + (y - 1) * row, p);
                    }
                    if (y >= height) continue;
                    ColumnTransforms.inputGradientFirst(current, ofCurrent, previous, ofPrevious, plane, vectors, line);
                    store.at(line, tensor + y * row, p);
                    if (y + 1 >= height) continue;
                    ColumnTransforms.inputGradientInner(current, plane, vectors, scale, line, second);
                    store.at(line, tensor + (y + 1) * row, p);
                    if (y + 2 < height) store.at(second, tensor + (y + 2) * row, p);
                }
            }
    }

    // ---- the convolution

    @Override
    void forward(Worker worker, int images, long x, long y, long skip, Normalization next) {
        long results = worker.area("products", 2 * images * planes(out));
        products.forward(worker, images, inputPlanes(worker, images, x), results);
        Normalization.Part part = next.part(worker);
        output(worker, images, results, skip != 0 ? (line, o, p) -> ColumnTransforms.storeAddSums(line, y + o, skip + o, vectors, part.sum, part.squares, p)
            : next.normalizes() ? (line, o, p) -> ColumnTransforms.storeSums(line, y + o, vectors, part.sum, part.squares, p)
            : (line, o, p) -> ColumnTransforms.storePlain(line, y + o, vectors));
    }

    @Override
    void backward(Worker worker, int images, long x, long dy, long dx, boolean first, int half) {
        long a = inputPlanes(worker, images, x), g = gradientPlanes(worker, images, dy), sum = gradients.of(half, worker.index);
        if (first) products.backwardWeights(worker, images, a, g, sum);
        else products.addBackwardWeights(worker, images, a, g, sum, worker.area("weight gradient", 4 * products.count));
        if (dx == 0) return;
        long results = worker.area("products", 2 * images * planes(in));
        products.backwardData(worker, images, g, results);
        Normalization.Part part = source.part(worker);
        inputGradient(worker, images, results, source.normalizes() ? (line, o, p) -> ColumnTransforms.storeGradientSums(line, dx + o, x + o, vectors,
                part.scale, part.offset, source.floor, part.gradientSum, part.products, p)
            : (line, o, p) -> ColumnTransforms.storePlain(line, dx + o, vectors));
    }

    // ---- weights

    @Override
    void update(Worker worker, int workers, Descent d, int half) {
        long taps = worker.area("taps", TAPS * 4L * UPDATE_BLOCK), bytes = 4 * slab;
        share(worker, workers, slab, Vectors.LANES, (from, n) -> {
            long gradient = gradients.of(half, 0) + 4 * from;
            for (int w = 1; w < workers; w++)
                for (int p = 0; p < PLANES; p++) WeightKernels.add(gradient + p * bytes, gradients.of(half, w) + 4 * from + p * bytes, n);
            ColumnTransforms.filterGradient(gradient, bytes, n, taps, 4 * n);
            for (int t = 0; t < TAPS; t++) {
                long at = t * bytes + 4 * from;
                WeightKernels.descend(master + at, momentum + at, taps + t * 4 * n, n, d.rate(), d.momentum(), d.decay());
            }
            if (elementwise()) transform(worker, from, n);
        });
    }

    /** Quantizes filters and transforms them into planes. */
    private void transform(Worker worker, long from, long n) {
        long bytes = 4 * slab, at = master + 4 * from;
        if (!(node.quantizer() instanceof OneBit)) {
            ColumnTransforms.filter(at, bytes, n, planes + 4 * from, bytes);
            return;
        }
        long taps = worker.area("taps", TAPS * 4L * UPDATE_BLOCK);
        for (int t = 0; t < TAPS; t++) WeightKernels.oneBit(at + t * bytes, taps + t * 4 * n, n, 1);
        ColumnTransforms.filter(taps, 4 * n, n, planes + 4 * from, bytes);
    }

    @Override
    void quantize(Worker worker, int workers) {
        if (elementwise()) share(worker, workers, slab, Vectors.LANES, (from, n) -> transform(worker, from, n));
    }

    @Override
    void prepare(Worker worker) {
        if (!elementwise()) transformQuantized();
        products.pack(worker, planes);
    }

    /** For a quantizer that must see the layer's weights together. */
    private void transformQuantized() {
        try (Natives scratch = new Natives()) {
            long taps = scratch.allocate(4 * PLANES * slab);
            products.fromPlain(padded(quantized()), taps);
            ColumnTransforms.filter(taps, 4 * slab, slab, planes, 4 * slab);
        }
    }

    @Override
    long gradientBytes() {
        return training ? 4 * PLANES * slab : 0;
    }

    @Override
    float[] read(boolean ofMomentum) {
        float[] values = new float[node.weights()];
        try (Natives scratch = new Natives()) {
            long slabs = scratch.allocate(4 * PLANES * slab);
            MemorySegment.copy(Vectors.MEMORY, ofMomentum ? momentum : master, Vectors.MEMORY, slabs, 4 * TAPS * slab);
            float[] padded = products.toPlain(slabs);
            forEachWeight((i, at) -> values[i] = padded[at]);
        }
        return values;
    }

    @Override
    void write(boolean ofMomentum, float[] values) {
        try (Natives scratch = new Natives()) {
            long slabs = scratch.allocate(4 * PLANES * slab);
            products.fromPlain(padded(values), slabs);
            MemorySegment.copy(Vectors.MEMORY, slabs, Vectors.MEMORY, ofMomentum ? momentum : master, 4 * TAPS * slab);
        }
    }

    /** Weights as the planes' plain order has them, taps down a column in place of planes. */
    private float[] padded(float[] values) {
        float[] padded = new float[Math.toIntExact(products.count)];
        forEachWeight((i, at) -> padded[at] = values[i]);
        return padded;
    }

    private interface Weight {
        void at(int index, int padded);
    }

    private void forEachWeight(Weight visitor) {
        int index = 0;
        for (int o = 0; o < node.outputChannels(); o++)
            for (int c = 0; c < node.inputChannels(); c++)
                for (int y = 0; y < TAPS; y++)
                    for (int x = 0; x < 3; x++) visitor.at(index++, ((y * out.channels + o) * in.channels + c) * 3 + x);
    }
}
