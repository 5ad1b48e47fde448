package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onebit.model.Node;
import onebit.quant.OneBit;

/**
 * A 3x3 convolution of stride 1 by Winograd's minimal filtering: our transforms around oneDNN's batched matrix
 * products. Works through blocks of tile lines whose planes stay in cache; activation happens on the way into the
 * input transform, addition and sums on the way out of the output transform.
 *
 * <p>Master weights lie tap by tap, each a matrix of input by output channels. One-bit weights enter the products as
 * the transform of exactly +-1, their constant in the output transform.
 */
final class SquareWinogradConvolution extends Convolution {

    private static final int TAPS = 9;

    /** Of a matrix product: a factor, the other one, the result. */
    private static final int[] ARGUMENTS = {OneDnn.SRC, OneDnn.WEIGHTS, OneDnn.DST};

    private enum Kind { FORWARD, BACKWARD_DATA, WEIGHTS, WEIGHTS_ADDED }

    private record Key(Kind kind, int tiles) {}

    private final TileLines tiles;
    private final boolean training;
    private final Natives natives;
    private final List<Map<Key, Primitive.Bound>> bound = new ArrayList<>();
    private final Map<Key, Primitive> primitives = new HashMap<>();
    private final long forwardWeights, backwardWeights, gradientWeights;
    private final List<Primitive.Bound> packs = new ArrayList<>();

    private final long filters;
    private final long master, momentum, planesForward, planesBackward, packedForward, packedBackward;

    /** Whether this convolution can be done so: 3x3, stride 1, one cell of padding, and no learned scale before it. */
    static boolean allows(Node.Conv conv, Normalization source) {
        return keepsSize(conv) && !source.affine();
    }

    /** @param tilesWanted tiles in a block, about */
    SquareWinogradConvolution(Node.Conv node, Layout in, Layout out, Normalization source, Gradients gradients, int workers,
                        int tilesWanted, boolean training, Natives natives) {
        super(node, in, out, source, gradients);
        this.training = training;
        this.natives = natives;
        tiles = new TileLines(in, out, tilesWanted);
        for (int i = 0; i < workers; i++) bound.add(new HashMap<>());

        long any = OneDnn.descriptor(natives, OneDnn.F32, OneDnn.TAG_ANY, SquareTransforms.PLANES, in.channels, out.channels);
        Primitive forward = product(tiles.maxTiles, in.channels, out.channels, any);
        primitives.put(new Key(Kind.FORWARD, tiles.maxTiles), forward);
        forwardWeights = OneDnn.query(natives, forward.descriptor, OneDnn.QUERY_WEIGHTS);
        filters = (long) in.channels * out.channels;
        master = natives.allocate(TAPS * filters * 4);
        planesForward = natives.allocate(SquareTransforms.PLANES * filters * 4);
        packedForward = natives.allocate(OneDnn.size(forwardWeights));
        packs.add(Primitive.reorder(natives,
            OneDnn.descriptor(natives, OneDnn.F32, OneDnn.TAG_ABC, SquareTransforms.PLANES, in.channels, out.channels), forwardWeights));
        if (training) {
            long anyBack = OneDnn.descriptor(natives, OneDnn.F32, OneDnn.TAG_ANY, SquareTransforms.PLANES, out.channels, in.channels);
            Primitive back = product(tiles.maxTiles, out.channels, in.channels, anyBack);
            primitives.put(new Key(Kind.BACKWARD_DATA, tiles.maxTiles), back);
            backwardWeights = OneDnn.query(natives, back.descriptor, OneDnn.QUERY_WEIGHTS);
            gradientWeights = OneDnn.descriptor(natives, OneDnn.F32, OneDnn.TAG_ABC, SquareTransforms.PLANES, in.channels, out.channels);
            momentum = natives.allocate(TAPS * filters * 4);
            planesBackward = natives.allocate(SquareTransforms.PLANES * filters * 4);
            packedBackward = natives.allocate(OneDnn.size(backwardWeights));
            long[] dims = {SquareTransforms.PLANES, out.channels, in.channels}, transposed = {filters, 1, out.channels};
            packs.add(Primitive.reorder(natives, OneDnn.strided(natives, OneDnn.F32, dims, transposed), backwardWeights));
        } else {
            backwardWeights = 0;
            gradientWeights = 0;
            momentum = 0;
            planesBackward = 0;
            packedBackward = 0;
        }
    }

    /** Tiles by channels, in each plane. */
    private long tiles(int count, int channels) {
        return OneDnn.strided(natives, OneDnn.F32, new long[] {SquareTransforms.PLANES, count, channels}, new long[] {tiles.planeBytes(channels) / 4, channels, 1});
    }

    private Primitive product(int count, int from, int to, long weights) {
        long src = tiles(count, from), dst = tiles(count, to), descriptor = OneDnn.matmul(natives, src, weights, dst, OneDnn.attributes(natives, false));
        return new Primitive(natives, descriptor, ARGUMENTS, src, OneDnn.query(natives, descriptor, OneDnn.QUERY_WEIGHTS), dst);
    }

    /** Channels by tiles. */
    private long transposedTiles(int count) {
        return OneDnn.strided(natives, OneDnn.F32, new long[] {SquareTransforms.PLANES, in.channels, count}, new long[] {tiles.planeBytes(in.channels) / 4, 1, in.channels});
    }

    private Primitive gradientProduct(int count, boolean added) {
        long src = transposedTiles(count), dy = tiles(count, out.channels);
        return new Primitive(natives, OneDnn.matmul(natives, src, dy, gradientWeights, OneDnn.attributes(natives, added)), ARGUMENTS, src, dy, gradientWeights);
    }

    private synchronized Primitive primitive(Key key) {
        return primitives.computeIfAbsent(key, k -> switch (k.kind) {
            case FORWARD -> product(k.tiles, in.channels, out.channels, forwardWeights);
            case BACKWARD_DATA -> product(k.tiles, out.channels, in.channels, backwardWeights);
            case WEIGHTS -> gradientProduct(k.tiles, false);
            case WEIGHTS_ADDED -> gradientProduct(k.tiles, true);
        });
    }

    private Primitive.Bound bound(Worker worker, Kind kind, int count) {
        return bound.get(worker.index).computeIfAbsent(new Key(kind, count), key -> primitive(key).bind());
    }

    @Override
    String algorithm() {
        return "Winograd F(" + SquareTransforms.TILE + "x" + SquareTransforms.TILE + ",3x3) "
            + primitives.values().stream().map(p -> p.implementation).distinct().sorted().toList();
    }

    private TileLines.LoadLine activated(Worker worker) {
        long pixel = in.pixelStride();
        int width = in.shape.width();
        if (source.passesThrough()) return (line, row, p) -> SquareTransforms.load(line, pixel, width, row);
        Normalization.Part part = source.part(worker);
        return (line, row, p) -> SquareTransforms.loadActivated(line, pixel, width, row, part.scale, part.offset, source.floor, p);
    }

    @Override
    void forward(Worker worker, int images, long x, long y, long skip, Normalization next) {
        TileLines.Scratch s = tiles.new Scratch(worker);
        TileLines.LoadLine load = activated(worker);
        Normalization.Part part = next.part(worker);
        long pixel = out.pixelStride();
        int width = out.shape.width();
        TileLines.StoreLine store = skip != 0 ? (row, o, p) -> SquareTransforms.storeAddSums(row, y + o, skip + o, pixel, width, part.sum, part.squares, p)
            : next.normalizes() ? (row, o, p) -> SquareTransforms.storeSums(row, y + o, pixel, width, part.sum, part.squares, p)
            : (row, o, p) -> SquareTransforms.store(row, y + o, pixel, width);
        tiles.blocks(images, (from, lines, count) -> {
            tiles.transformInput(in, s, x, from, lines, load);
            bound(worker, Kind.FORWARD, count).run(worker, s.planesIn, packedForward, s.products);
            tiles.transformOutput(worker, out, s, from, lines, scale(), store);
        });
    }

    @Override
    void backward(Worker worker, int images, long x, long dy, long dx, boolean first, int half) {
        TileLines.Scratch s = tiles.new Scratch(worker);
        TileLines.LoadLine load = activated(worker);
        long outPixel = out.pixelStride(), inPixel = in.pixelStride();
        int width = in.shape.width();
        TileLines.LoadLine loadGradient = (line, row, p) -> SquareTransforms.load(line, outPixel, width, row);
        Normalization.Part part = source.part(worker);
        TileLines.StoreLine store = source.normalizes() ? (row, o, p) -> SquareTransforms.storeGradientSums(row, dx + o, x + o, inPixel, width,
                part.scale, part.offset, source.floor, part.gradientSum, part.products, p)
            : (row, o, p) -> SquareTransforms.store(row, dx + o, inPixel, width);
        long sum = gradients.of(half, worker.index);
        tiles.blocks(images, (from, lines, count) -> {
            tiles.transformInput(in, s, x, from, lines, load);
            tiles.transformOutputGradient(s, dy, from, lines);
            tiles.clearBeyond(s, lines, count);
            bound(worker, first && from == 0 ? Kind.WEIGHTS : Kind.WEIGHTS_ADDED, count).run(worker, s.planesIn, s.planesOut, sum);
            if (dx == 0) return;
            tiles.transformInput(out, s, dy, from, lines, loadGradient);
            bound(worker, Kind.BACKWARD_DATA, count).run(worker, s.planesIn, packedBackward, s.products);
            tiles.transformOutput(worker, in, s, from, lines, scale(), store);
        });
    }

    // ---- weights

    @Override
    void update(Worker worker, int workers, Descent d, int half) {
        long taps = worker.area("taps", TAPS * 4L * UPDATE_BLOCK), plane = 4 * filters;
        share(worker, workers, filters, Vectors.LANES, (from, n) -> {
            long gradient = gradients.of(half, 0) + 4 * from;
            for (int w = 1; w < workers; w++)
                for (int p = 0; p < SquareTransforms.PLANES; p++)
                    WeightKernels.add(gradient + p * plane, gradients.of(half, w) + 4 * from + p * plane, n);
            SquareTransforms.filterGradient(gradient, plane, n, taps, 4 * n);
            for (int t = 0; t < TAPS; t++) {
                long at = t * plane + 4 * from;
                WeightKernels.descend(master + at, momentum + at, taps + t * 4 * n, n, d.rate(), d.momentum(), d.decay());
            }
            transform(worker, from, n);
        });
    }

    /** Quantizes filters and transforms them into planes. */
    private void transform(Worker worker, long from, long n) {
        if (!elementwise()) return;
        long taps = worker.area("taps", TAPS * 4L * UPDATE_BLOCK), plane = 4 * filters;
        for (int t = 0; t < TAPS; t++) {
            long at = master + t * plane + 4 * from;
            if (node.quantizer() instanceof OneBit) WeightKernels.oneBit(at, taps + t * 4 * n, n, 1);
            else java.lang.foreign.MemorySegment.copy(Vectors.MEMORY, at, Vectors.MEMORY, taps + t * 4 * n, 4 * n);
        }
        transform(worker, taps, 4 * n, from, n);
    }

    private void transform(Worker worker, long taps, long tapStride, long from, long n) {
        long scratch = worker.area("filter scratch", 4L * UPDATE_BLOCK * 3 * (SquareTransforms.TILE + 2)), plane = 4 * filters;
        SquareTransforms.filter(taps, tapStride, n, planesForward + 4 * from, plane, false, scratch);
        if (training) SquareTransforms.filter(taps, tapStride, n, planesBackward + 4 * from, plane, true, scratch);
    }

    @Override
    void quantize(Worker worker, int workers) {
        share(worker, workers, filters, Vectors.LANES, (from, n) -> transform(worker, from, n));
    }

    @Override
    void prepare(Worker worker) {
        if (!elementwise()) transformQuantized(worker);
        packs.getFirst().run(worker, planesForward, packedForward);
        if (!training) return;
        packs.getLast().run(worker, planesBackward, packedBackward);
    }

    /** For a quantizer that must see the layer's weights together. */
    private void transformQuantized(Worker worker) {
        try (Natives scratch = new Natives()) {
            long taps = scratch.allocate(TAPS * 4 * filters);
            scatter(quantized(), taps);
            for (long i = 0; i < filters; i += UPDATE_BLOCK) transform(worker, taps + 4 * i, 4 * filters, i, Math.min(UPDATE_BLOCK, filters - i));
        }
    }

    @Override
    long gradientBytes() {
        return training ? SquareTransforms.PLANES * filters * 4 : 0;
    }

    private interface Weight {
        void at(int index, long place);
    }

    private void forEachWeight(Weight visitor) {
        int index = 0;
        for (int o = 0; o < node.outputChannels(); o++)
            for (int c = 0; c < node.inputChannels(); c++)
                for (int t = 0; t < TAPS; t++) visitor.at(index++, t * filters + (long) c * out.channels + o);
    }

    @Override
    float[] read(boolean ofMomentum) {
        float[] values = new float[node.weights()];
        long from = ofMomentum ? momentum : master;
        forEachWeight((i, at) -> values[i] = Vectors.MEMORY.get(ValueLayout.JAVA_FLOAT, from + 4 * at));
        return values;
    }

    @Override
    void write(boolean ofMomentum, float[] values) {
        scatter(values, ofMomentum ? momentum : master);
    }

    private void scatter(float[] values, long to) {
        forEachWeight((i, at) -> Vectors.MEMORY.set(ValueLayout.JAVA_FLOAT, to + 4 * at, values[i]));
    }
}
