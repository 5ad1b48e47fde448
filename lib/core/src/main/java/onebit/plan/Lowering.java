package onebit.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import onebit.model.Graph;
import onebit.model.Node;

/**
 * Turns a graph into passes. The graphs it takes are those of residual and plain networks: every stored tensor (the
 * input, a convolution's output after its optional addition) is read by one convolution, through at most one batch norm
 * and one activation in this order, and by at most one skip.
 */
final class Lowering {

    /** What the lowering knows of a node's output. */
    private sealed interface Value {
        /** In memory. */
        record Stored(Buffer buffer) implements Value {}

        /** A convolution waiting for the addition that alone reads it. */
        record Pending(Node.Conv conv, Reading source) implements Value {}

        /** A stored tensor seen through batch norm and activation. */
        record Seen(Reading reading) implements Value {}

        /** A stored tensor on its way along a skip. */
        record Skipped(Buffer from, Optional<Node.AveragePool> pool, boolean doubled) implements Value {}

        /** On the way to the loss. */
        record Scores(Buffer in, Optional<Node.BatchNorm> norm, double factor, boolean pooled) implements Value {}
    }

    private final Graph graph;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<Pass> forward = new ArrayList<>();
    private final Map<Buffer, Reading> readers = new LinkedHashMap<>();
    private final Map<Buffer, Pass.SkipGradient> skips = new LinkedHashMap<>();

    Lowering(Graph graph) {
        this.graph = graph;
        graph.nodes().forEach(this::lower);
    }

    private void lower(Node node) {
        Value value = switch (node) {
            case Node.Input n -> load(n);
            case Node.BatchNorm n -> norm(n);
            case Node.ReLU n -> activate(n.name(), n.input(), Activation.RELU);
            case Node.ShiftedReLU n -> activate(n.name(), n.input(), Activation.SHIFTED_RELU);
            case Node.Conv n -> convolve(n);
            case Node.AveragePool n -> pool(n);
            case Node.ChannelDoubling n -> doubleChannels(n);
            case Node.Add n -> add(n);
            case Node.Scale n -> scale(n);
            case Node.GlobalPool n -> globalPool(n);
            case Node.SoftmaxLoss n -> loss(n);
        };
        values.put(node.name(), value);
    }

    private Value load(Node.Input n) {
        Buffer out = Buffer.value(n.name(), n.shape());
        forward.add(new Pass.Load(out));
        return new Value.Stored(out);
    }

    private Value norm(Node.BatchNorm n) {
        Buffer in = stored(n.name(), n.input());
        if (leadsToLoss(n.name())) return new Value.Scores(in, Optional.of(n), 1, false);
        return new Value.Seen(new Reading(in, Optional.of(n), Activation.NONE));
    }

    private Value activate(String name, String input, Activation activation) {
        return switch (values.get(input)) {
            case Value.Stored(Buffer b) -> new Value.Seen(new Reading(b, Optional.empty(), activation));
            case Value.Seen(Reading r) when r.activation() == Activation.NONE -> new Value.Seen(new Reading(r.tensor(), r.norm(), activation));
            default -> throw unsupported(name, "an activation is applied to a stored tensor or to its batch norm");
        };
    }

    private Value convolve(Node.Conv n) {
        Reading source = switch (values.get(n.input())) {
            case Value.Stored(Buffer b) -> new Reading(b, Optional.empty(), Activation.NONE);
            case Value.Seen(Reading r) -> r;
            default -> throw unsupported(n.name(), "a convolution reads a stored tensor, its batch norm or its activation");
        };
        if (readers.put(source.tensor(), source) != null)
            throw unsupported(n.name(), "'" + source.tensor().name() + "' is read by two convolutions");
        List<Node> readersOfConv = graph.readers(n.name());
        if (readersOfConv.size() == 1 && readersOfConv.getFirst() instanceof Node.Add) return new Value.Pending(n, source);
        return finish(n, source, Optional.empty(), n.name());
    }

    private Value.Stored finish(Node.Conv n, Reading source, Optional<Buffer> skip, String storedAs) {
        Buffer out = Buffer.value(storedAs, graph.shape(storedAs));
        forward.add(new Pass.Forward(n, source, skip, out));
        return new Value.Stored(out);
    }

    private Value pool(Node.AveragePool n) {
        if (values.get(n.input()) instanceof Value.Stored(Buffer b)) return new Value.Skipped(b, Optional.of(n), false);
        throw unsupported(n.name(), "average pooling is for skips, on a stored tensor");
    }

    private Value doubleChannels(Node.ChannelDoubling n) {
        return switch (values.get(n.input())) {
            case Value.Stored(Buffer b) -> new Value.Skipped(b, Optional.empty(), true);
            case Value.Skipped(Buffer from, var pool, boolean doubled) when !doubled -> new Value.Skipped(from, pool, true);
            default -> throw unsupported(n.name(), "channel doubling is for skips, on a stored tensor or its pooling");
        };
    }

    private Value add(Node.Add n) {
        Value left = values.get(n.left()), right = values.get(n.right());
        if (left instanceof Value.Pending p) return add(n, p, right);
        if (right instanceof Value.Pending p) return add(n, p, left);
        throw unsupported(n.name(), "an addition joins a convolution that nothing else reads and a skip");
    }

    private Value add(Node.Add n, Value.Pending conv, Value skip) {
        Buffer out = Buffer.value(n.name(), graph.shape(n.name()));
        Buffer added = switch (skip) {
            case Value.Stored(Buffer b) -> {
                takeSkip(n.name(), b, new Pass.SkipGradient(out.gradient(), Optional.empty(), false));
                yield b;
            }
            case Value.Skipped(Buffer from, var pool, boolean doubled) -> {
                takeSkip(n.name(), from, new Pass.SkipGradient(out.gradient(), pool, doubled));
                Buffer shortcut = Buffer.value(n.name() + ".skip", out.shape());
                forward.add(new Pass.Shortcut(from, pool, doubled, shortcut));
                yield shortcut;
            }
            default -> throw unsupported(n.name(), "an addition joins a convolution and a skip");
        };
        return finish(conv.conv(), conv.source(), Optional.of(added), n.name());
    }

    private void takeSkip(String name, Buffer from, Pass.SkipGradient gradient) {
        if (skips.put(from, gradient) != null) throw unsupported(name, "'" + from.name() + "' is read by two skips");
    }

    private Value scale(Node.Scale n) {
        return switch (values.get(n.input())) {
            case Value.Stored(Buffer b) -> new Value.Scores(b, Optional.empty(), n.factor(), false);
            case Value.Scores(Buffer b, var norm, double factor, boolean pooled) -> new Value.Scores(b, norm, factor * n.factor(), pooled);
            default -> throw unsupported(n.name(), "scaling is for the scores before the loss");
        };
    }

    private Value globalPool(Node.GlobalPool n) {
        return switch (values.get(n.input())) {
            case Value.Stored(Buffer b) -> new Value.Scores(b, Optional.empty(), 1, true);
            case Value.Scores(Buffer b, var norm, double factor, boolean pooled) when !pooled -> new Value.Scores(b, norm, factor, true);
            default -> throw unsupported(n.name(), "global pooling reads the last convolution's output or its batch norm");
        };
    }

    private Value loss(Node.SoftmaxLoss n) {
        if (values.get(n.input()) instanceof Value.Scores(Buffer b, var norm, double factor, boolean pooled) && pooled) {
            forward.add(new Pass.Head(b, norm, factor, Optional.of(b.gradient())));
            return new Value.Stored(b);
        }
        throw unsupported(n.name(), "the loss reads globally pooled scores");
    }

    private Buffer stored(String name, String input) {
        if (values.get(input) instanceof Value.Stored(Buffer b)) return b;
        throw unsupported(name, "batch norm is applied to a stored tensor: the input, a convolution's output or a sum");
    }

    private boolean leadsToLoss(String name) {
        return graph.readers(name).stream().anyMatch(r -> r instanceof Node.GlobalPool || r instanceof Node.Scale);
    }

    private static UnsupportedOperationException unsupported(String node, String why) {
        return new UnsupportedOperationException("Node '" + node + "' cannot be lowered: " + why + ".");
    }

    List<Pass> forward(boolean training) {
        return forward.stream().map(p -> !training && p instanceof Pass.Head h ? new Pass.Head(h.in(), h.norm(), h.factor(), Optional.empty()) : p).toList();
    }

    List<Pass> backward() {
        List<Pass> backward = new ArrayList<>();
        for (Pass pass : forward.reversed()) {
            if (pass instanceof Pass.Head h) h.norm().filter(Node.BatchNorm::affine).ifPresent(norm -> backward.add(new Pass.UpdateNorm(norm)));
            if (!(pass instanceof Pass.Forward f)) continue;
            Buffer in = f.source().tensor();
            boolean isInput = in.name().equals(graph.nodes().getFirst().name());
            boolean wanted = !isInput || f.source().norm().filter(Node.BatchNorm::affine).isPresent();
            Optional<Pass.Finish> finish = Optional.ofNullable(readers.get(f.out()))
                .map(r -> new Pass.Finish(r, Optional.ofNullable(skips.get(f.out()))));
            backward.add(new Pass.Backward(f.conv(), f.out(), finish, f.source(), wanted ? Optional.of(in.gradient()) : Optional.empty()));
            backward.add(new Pass.Update(f.conv()));
            f.source().norm().filter(Node.BatchNorm::affine).ifPresent(norm -> backward.add(new Pass.UpdateNorm(norm)));
        }
        return backward;
    }
}
