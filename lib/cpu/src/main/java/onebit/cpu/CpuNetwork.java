package onebit.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import onebit.engine.Batch;
import onebit.engine.CheckedNetwork;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.NamedTensors;
import onebit.model.Tensor;
import onebit.plan.Activation;
import onebit.plan.Buffer;
import onebit.plan.Pass;
import onebit.plan.Reading;
import onebit.plan.TrainingPlan;

/**
 * The plan on the CPU. A team of threads goes through the passes together, each with its own part of the batch, and
 * meets at a barrier after each pass; what they add up (batch-norm sums, gradients of weights) is added in the order
 * of the threads, so that a run is repeatable bit for bit.
 */
final class CpuNetwork extends CheckedNetwork {

    private final TrainingPlan plan;
    private final LayerChoice choice;
    private final Natives natives;
    private final WorkerTeam team;
    private final Worker[] workers;

    private final Map<Buffer, Long> addresses = new LinkedHashMap<>();
    private final Map<Buffer, Layout> layouts = new LinkedHashMap<>();
    /** How each stored tensor is seen by what reads it, by the tensor's name. */
    private final Map<String, Normalization> readings = new LinkedHashMap<>();
    private final Map<String, Convolution> convolutions = new LinkedHashMap<>();
    private final Map<String, Shortcut> shortcuts = new LinkedHashMap<>();
    private final RowKernels kernels;
    private final Head head;
    private final Buffer headInput;
    private final int classes;

    /** @param natives for all of the network; freed with it, or when it turns out half-way that it cannot be made */
    CpuNetwork(Graph graph, NetworkOptions options, int threads, Natives natives) {
        super(graph, options);
        this.natives = natives;
        // A primitive keeps for good the number of threads that its maker had.
        OneDnn.singleThreaded();
        classes = graph.classes();
        plan = options.training() ? TrainingPlan.training(graph) : TrainingPlan.inference(graph);
        choice = new LayerChoice(plan, options);
        kernels = new RowKernels(options.precision());
        team = new WorkerTeam(Math.min(threads, options.batchSize()));
        workers = new Worker[team.size()];
        try {
            for (int i = 0; i < workers.length; i++)
                workers[i] = new Worker(i, part(i), part(i + 1), graph.inputShape().size(), natives);

            plan.lifetimes().keySet().forEach(b -> layouts.put(b, choice.layout(b)));
            TrainingPlan.Assignment assignment = plan.assign(b -> layouts.get(b).imageBytes * options.batchSize());
            List<Long> slots = assignment.slotSizes().stream().map(natives::allocate).toList();
            assignment.slot().forEach((b, slot) -> addresses.put(b, slots.get(slot)));

            Pass.Head headPass = (Pass.Head) plan.forward().getLast();
            headInput = headPass.in();
            for (Pass p : plan.forward()) if (p instanceof Pass.Forward f) readings.put(f.source().tensor().name(), normalization(f.source()));
            Normalization headNorm = normalization(new Reading(headInput, headPass.norm(), Activation.NONE));
            readings.put(headInput.name(), headNorm);
            Convolution.Gradients gradients = new Convolution.Gradients(new long[2][workers.length]);
            for (Pass p : plan.passes()) prepare(p, gradients);
            long largest = convolutions.values().stream().mapToLong(Convolution::gradientBytes).max().orElse(0);
            if (options.training()) for (long[] half : gradients.memory()) for (int i = 0; i < half.length; i++) half[i] = natives.allocate(largest);
            head = new Head(headPass, layouts.get(headInput), headNorm, kernels, workers.length, options.batchSize());
        } catch (Throwable e) {
            try {
                free();
            } catch (Throwable another) {
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    private int part(int worker) {
        return (int) ((long) options.batchSize() * worker / workers.length);
    }

    private Normalization normalization(Reading reading) {
        return new Normalization(reading, layouts.get(reading.tensor()), workers.length, options.batchSize());
    }

    private void prepare(Pass pass, Convolution.Gradients gradients) {
        switch (pass) {
            case Pass.Forward f -> {
                Layout in = layouts.get(f.source().tensor()), out = layouts.get(f.out());
                Normalization source = readings.get(f.source().tensor().name());
                Chunks chunks = new Chunks(Arrays.stream(workers).map(Worker::images).toList());
                convolutions.put(f.conv().name(), switch (choice.algorithm(f.conv(), source)) {
                    case INPUT -> new InputConvolution(f.conv(), in, out, source, gradients, kernels, chunks, options.training(), natives);
                    case DIRECT -> new DirectConvolution(f.conv(), in, out, source, gradients, kernels, chunks, options.training(), choice.amx(), natives);
                    case SQUARE_WINOGRAD -> new SquareWinogradConvolution(f.conv(), in, out, source, gradients, workers.length, choice.tiles(f.conv()),
                        options.training(), natives);
                    case COLUMN_WINOGRAD -> new ColumnWinogradConvolution(f.conv(), in, out, source, gradients, chunks,
                        options.training(), natives);
                });
            }
            case Pass.Shortcut s -> shortcuts.put(s.in().name(), new Shortcut(layouts.get(s.in()), layouts.get(s.out()), s.pool(), s.doubled(), kernels, workers.length, natives));
            default -> {}
        }
    }

    // ---- steps

    @Override
    protected StepResult step(Batch batch, double learningRate) {
        int[] labels = batch.labels(classes);
        team.run(i -> {
            Worker worker = workers[i];
            for (Pass p : plan.forward()) forward(p, worker, batch, labels, true, null);
            int layer = 0;
            for (Pass p : plan.backward()) {
                backward(p, worker, learningRate, layer);
                if (p instanceof Pass.Update) layer++;
            }
            team.await();
            pack(worker);
        });
        return new StepResult(head.loss() / batch.size(), head.correct());
    }

    @Override
    protected StepResult infer(Batch batch, float[] logits) {
        int[] labels = batch.labels(classes);
        team.run(i -> {
            for (Pass p : plan.forward()) forward(p, workers[i], batch, labels, false, logits);
        });
        return new StepResult(head.loss() / batch.size(), head.correct());
    }

    /** One pass, then a barrier: buffers share memory, and what one worker still reads another must not overwrite. */
    private void forward(Pass pass, Worker worker, Batch batch, int[] labels, boolean training, float[] logits) {
        execute(pass, worker, batch, labels, training, logits);
        team.await();
    }

    private void execute(Pass pass, Worker worker, Batch batch, int[] labels, boolean training, float[] logits) {
        switch (pass) {
            case Pass.Load p -> {
                Normalization next = readings.get(p.out().name());
                next.beginForward(worker);
                load(p.out(), worker, batch, next);
                next.endForward(worker);
            }
            case Pass.Shortcut p -> {
                Shortcut shortcut = shortcuts.get(p.in().name());
                Chunks.of(worker, shortcut.chunk(), (first, n) -> shortcut.forward(worker, n, at(p.in(), first), at(p.out(), first)));
            }
            case Pass.Forward p -> {
                Convolution conv = convolutions.get(p.conv().name());
                Normalization source = readings.get(p.source().tensor().name()), next = readings.get(p.out().name());
                use(source, worker, training);
                next.beginForward(worker);
                Chunks.of(worker, conv.forwardChunk(), (first, n) ->
                    conv.forward(worker, n, at(p.source().tensor(), first), at(p.out(), first), p.skip().map(s -> at(s, first)).orElse(0L), next));
                next.endForward(worker);
            }
            case Pass.Head p -> {
                Normalization norm = readings.get(p.in().name());
                use(norm, worker, training);
                head.forward(worker, labels, addresses.get(p.in()), logits);
                if (!training) return;
                head.sumGradients(worker);
                team.await();
                norm.finishBackward(worker);
                head.backward(worker, addresses.get(p.gradient().orElseThrow()), addresses.get(p.in()));
            }
            default -> throw new IllegalStateException("Not a forward pass: " + pass);
        }
    }

    private static void use(Normalization norm, Worker worker, boolean training) {
        if (training) norm.useBatch(worker);
        else norm.useAverages(worker);
    }

    private long at(Buffer buffer, int image) {
        return addresses.get(buffer) + image * layouts.get(buffer).imageBytes;
    }

    /** Stores the worker's images; in the place of those that a smaller batch lacks is anything. */
    private void load(Buffer out, Worker worker, Batch batch, Normalization next) {
        Layout layout = layouts.get(out);
        Normalization.Part part = next.part(worker);
        for (int n = worker.from; n < Math.min(worker.to, batch.size()); n++) {
            batch.read(n, worker.pixels);
            long image = at(out, n);
            layout.store(worker.pixels, image);
            if (next.normalizes()) layout.rows((o, stride, count, p) -> kernels.sums(image + o, stride, count, part.sum, part.squares, p));
        }
    }

    private void backward(Pass pass, Worker worker, double rate, int layer) {
        switch (pass) {
            case Pass.Backward p -> {
                Convolution conv = convolutions.get(p.conv().name());
                Normalization source = readings.get(p.source().tensor().name()), above = readings.get(p.out().name());
                p.finish().ifPresent(f -> above.finishBackward(worker));
                source.beginBackward(worker);
                Chunks.of(worker, conv.backwardChunk(), (first, n) -> {
                    p.finish().ifPresent(f -> finish(f, above, worker, p.out(), first, n));
                    conv.backward(worker, n, at(p.source().tensor(), first), at(p.out().gradient(), first),
                        p.sourceGradient().map(g -> at(g, first)).orElse(0L), first == worker.from, layer % 2);
                });
                source.endBackward(worker);
                team.await();
            }
            case Pass.Update p -> convolutions.get(p.conv().name()).update(worker, workers.length,
                new Convolution.Descent((float) rate, (float) options.momentum(), (float) options.weightDecay()), layer % 2);
            case Pass.UpdateNorm p -> {
                if (worker.index == 0) normOf(p).update(options.momentum(), rate);
            }
            default -> throw new IllegalStateException("Not a backward pass: " + pass);
        }
    }

    private Normalization normOf(Pass.UpdateNorm p) {
        return readings.get(((onebit.model.Node.Unary) p.norm()).input());
    }

    private void finish(Pass.Finish finish, Normalization above, Worker worker, Buffer out, int first, int images) {
        Layout layout = layouts.get(out);
        Normalization.Part part = above.part(worker);
        Optional<Long> added = finish.skip().map(s -> skipGradient(s, out, worker, first, images));
        for (int i = 0; i < images; i++) {
            long x = at(out, first + i), g = at(out.gradient(), first + i), offset = i * layout.imageBytes;
            if (added.isEmpty()) layout.rows((o, stride, n, p) ->
                kernels.finish(g + o, stride, x + o, n, part.scale, part.offset, above.floor, part.constant, part.slope, p));
            else layout.rows((o, stride, n, p) ->
                kernels.finishAdding(g + o, stride, x + o, added.get() + offset + o, n, part.scale, part.offset, above.floor, part.constant, part.slope, p));
        }
    }

    private long skipGradient(Pass.SkipGradient skip, Buffer out, Worker worker, int first, int images) {
        long gradient = at(skip.gradient(), first);
        if (skip.pool().isEmpty() && !skip.doubled()) return gradient;
        return shortcuts.get(out.name()).backward(worker, images, gradient);
    }

    /** Packs all weights, the convolutions dealt out among the workers. */
    private void pack(Worker worker) {
        int i = 0;
        for (Convolution c : convolutions.values()) if (i++ % workers.length == worker.index) c.prepare(worker);
    }

    // ---- state

    @Override
    protected void write(NamedTensors state) {
        readings.values().forEach(n -> n.load(state));
        for (Convolution c : convolutions.values()) {
            String name = Role.WEIGHT.of(c.node.name());
            c.write(false, state.get(name).values());
            if (!options.training()) continue;
            String momentum = NamedTensors.momentum(name);
            c.write(true, state.contains(momentum) ? state.get(momentum).values() : new float[c.node.weights()]);
        }
        team.run(i -> {
            convolutions.values().forEach(c -> c.quantize(workers[i], workers.length));
            team.await();
            pack(workers[i]);
        });
    }

    @Override
    protected NamedTensors read() {
        NamedTensors unordered = new NamedTensors(), state = new NamedTensors();
        readings.values().forEach(n -> n.save(unordered, options.training()));
        for (Convolution c : convolutions.values()) {
            String name = Role.WEIGHT.of(c.node.name());
            List<Integer> shape = List.of(c.node.outputChannels(), c.node.inputChannels(), c.node.kernel(), c.node.kernel());
            unordered.put(name, new Tensor(shape, c.read(false)));
            if (options.training()) unordered.put(NamedTensors.momentum(name), new Tensor(shape, c.read(true)));
        }
        for (Graph.Parameter p : graph.parameters()) {
            state.put(p.name(), unordered.get(p.name()));
            String momentum = NamedTensors.momentum(p.name());
            if (unordered.contains(momentum)) state.put(momentum, unordered.get(momentum));
        }
        return state;
    }

    @Override
    public String description() {
        long winograd = convolutions.values().stream().filter(c -> c instanceof SquareWinogradConvolution || c instanceof ColumnWinogradConvolution).count();
        return options.precision().label() + ", " + (winograd == 0 ? "direct convolutions"
            : winograd + " of " + convolutions.size() + " convolutions by Winograd F(" + (options.precision() == Precision.BF16 ? "4,3" : "4x4,3x3") + ")")
            + ", " + NetworkOptions.inWords(workers.length) + ", " + 8 * Vectors.BYTES + "-bit vectors"
            + (options.precision() != Precision.BF16 ? "" : choice.amx() ? ", bf16 by AMX" : Emulation.WANTED ? ", bf16 emulated" : "");
    }

    /** What each convolution computes with, a line each. */
    List<String> algorithms() {
        return convolutions.values().stream().map(c -> c.node.name() + ": " + c.algorithm()).collect(Collectors.toCollection(ArrayList::new));
    }

    @Override
    protected void free() {
        team.close();
        natives.close();
    }
}
