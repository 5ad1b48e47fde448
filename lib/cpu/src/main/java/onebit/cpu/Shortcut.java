package onebit.cpu;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onebit.model.Node;
import onebit.model.Shape;

/** The skip of a block that changes shape, forward and backward: average pooling, then channels of zeros appended. */
final class Shortcut {

    private final Layout in, pooled, out;
    private final Optional<Node.AveragePool> pool;
    private final boolean doubled;
    private final RowKernels kernels;
    private final Natives natives;
    private final List<Map<Integer, Pooling>> forward = new ArrayList<>(), backward = new ArrayList<>();
    private final Map<Integer, Primitive> primitives = new HashMap<>(), gradients = new HashMap<>();

    /** oneDNN's pooling or its gradient, bound to a thread. */
    private record Pooling(Primitive.Bound bound, Operand source, Operand result) {

        void run(Worker worker, long from, long to) {
            result.make(worker, to, made -> bound.run(worker, source.first(worker, from), made));
        }
    }

    Shortcut(Layout in, Layout out, Optional<Node.AveragePool> pool, boolean doubled, RowKernels kernels, int workers, Natives natives) {
        this.in = in;
        this.out = out;
        this.pool = pool;
        this.doubled = doubled;
        this.kernels = kernels;
        this.natives = natives;
        pooled = new Layout(in.precision, in.order, new Shape(in.shape.channels(), out.shape.height(), out.shape.width()));
        for (int i = 0; i < workers; i++) {
            forward.add(new HashMap<>());
            backward.add(new HashMap<>());
        }
    }

    /** Images to work on at a time. */
    int chunk() {
        return in.chunkWith(out);
    }

    void forward(Worker worker, int images, long from, long to) {
        long small = from;
        if (pool.isPresent()) {
            small = doubled ? worker.area("pooled", images * pooled.imageBytes) : to;
            forward.get(worker.index).computeIfAbsent(images, n -> new Pooling(primitive(n).bind(), operand(in, n), operand(pooled, n))).run(worker, from, small);
        }
        if (doubled) for (int i = 0; i < images; i++) append(small + i * pooled.imageBytes, to + i * out.imageBytes);
    }

    /** The gradient of {@code in} from that of {@code out}; the address is valid until the worker's next call. */
    long backward(Worker worker, int images, long gradient) {
        long small = gradient;
        if (doubled) {
            small = worker.area("pooled gradient", images * pooled.imageBytes);
            // A gradient's padding channels must be zero: they meet padding weights that are not.
            if (!aligned()) Vectors.clear(small, images * pooled.imageBytes);
            for (int i = 0; i < images; i++) take(gradient + i * out.imageBytes, small + i * pooled.imageBytes);
        }
        if (pool.isEmpty()) return small;
        long to = worker.area("skip gradient", images * in.imageBytes);
        backward.get(worker.index).computeIfAbsent(images, n -> new Pooling(gradientPrimitive(n).bind(), operand(pooled, n), operand(in, n))).run(worker, small, to);
        return to;
    }

    private static Operand operand(Layout layout, int images) {
        return new Operand(layout, Emulation.of(layout.precision), images);
    }

    private OneDnn.Window window() {
        Node.AveragePool p = pool.orElseThrow();
        return new OneDnn.Window(new long[] {p.stride(), p.stride()}, new long[] {p.padding().top(), p.padding().left()},
            new long[] {p.padding().bottom(), p.padding().right()});
    }

    private synchronized Primitive primitive(int images) {
        return primitives.computeIfAbsent(images, n -> {
            long source = operand(in, n).descriptor(natives), result = operand(pooled, n).descriptor(natives);
            return new Primitive(natives, OneDnn.poolForward(natives, source, result, pool.orElseThrow().size(), window(), OneDnn.attributes(natives, false)),
                new int[] {OneDnn.SRC, OneDnn.DST}, source, result);
        });
    }

    private synchronized Primitive gradientPrimitive(int images) {
        return gradients.computeIfAbsent(images, n -> {
            long source = operand(in, n).descriptor(natives), result = operand(pooled, n).descriptor(natives);
            return new Primitive(natives, OneDnn.poolBackward(natives, source, result, pool.orElseThrow().size(), window(), primitive(n).descriptor,
                OneDnn.attributes(natives, false)), new int[] {OneDnn.DIFF_DST, OneDnn.DIFF_SRC}, result, source);
        });
    }

    /** Whether the channels end with a block, so that rows can be copied whole. */
    private boolean aligned() {
        return in.shape.channels() % Layout.BLOCK == 0;
    }

    private void append(long from, long to) {
        if (!aligned()) {
            copyChannels(pooled, from, out, to);
            clearChannels(to);
            return;
        }
        int half = pooled.channels;
        long stride = pooled.order == Layout.Order.CHANNELS_LAST ? pooled.pixelStride() : 0;
        out.rows((o, s, n, p) -> {
            if (p >= half) kernels.clear(to + o, s, n);
            else kernels.copy(from + o, stride == 0 ? s : stride, to + o, s, n);
        });
    }

    private void take(long from, long to) {
        if (!aligned()) {
            copyChannels(out, from, pooled, to);
            return;
        }
        long stride = out.order == Layout.Order.CHANNELS_LAST ? out.pixelStride() : 0;
        pooled.rows((o, s, n, p) -> kernels.copy(from + o, stride == 0 ? s : stride, to + o, s, n));
    }

    /** Value by value: for channel counts that fill no whole vector. */
    private void copyChannels(Layout a, long from, Layout b, long to) {
        for (int c = 0; c < pooled.shape.channels(); c++)
            for (int i = 0; i < pooled.pixels; i++) {
                long s = from + a.offset(c, i), d = to + b.offset(c, i);
                if (a.elementBytes == 2) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT, d, Vectors.MEMORY.get(ValueLayout.JAVA_SHORT, s));
                else Vectors.MEMORY.set(ValueLayout.JAVA_INT, d, Vectors.MEMORY.get(ValueLayout.JAVA_INT, s));
            }
    }

    private void clearChannels(long to) {
        for (int c = pooled.shape.channels(); c < out.shape.channels(); c++)
            for (int i = 0; i < out.pixels; i++) {
                if (out.elementBytes == 2) Vectors.MEMORY.set(ValueLayout.JAVA_SHORT, to + out.offset(c, i), (short) 0);
                else Vectors.MEMORY.set(ValueLayout.JAVA_INT, to + out.offset(c, i), 0);
            }
    }
}
