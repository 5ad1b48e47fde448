package onebit.dl4j;

import java.util.Arrays;
import java.util.Map;
import onebit.dl4j.layer.BatchNorm;
import onebit.dl4j.layer.MomentumDescent;
import onebit.dl4j.layer.QuantizedConvolution;
import onebit.engine.Batch;
import onebit.engine.CheckedNetwork;
import onebit.engine.NetworkOptions;
import onebit.engine.StepResult;
import onebit.model.Graph;
import onebit.model.Graph.Role;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.nvidia.NvidiaDriver;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A {@link TrainableGraph} with its parameters. Steps run on the caller's thread, ND4J's operations on its own threads. */
final class Dl4jNetwork extends CheckedNetwork {

    /** DL4J's names for the workspace of all activations of a step, and for those of gradients, of which three are in use. */
    private static final String ACTIVATIONS = "WS_ALL_LAYERS_ACT", GRADIENTS = "WS_LAYER_ACT_";
    private static final int GRADIENT_WORKSPACES = 3;

    private final int threads;
    private final ComputationGraph net;
    private final String logitsVertex;
    private final float[] pixels;
    private final float[] images;
    private final INDArray features;
    private float[] logits;
    private boolean begun;

    Dl4jNetwork(Graph graph, NetworkOptions options, int threads) {
        super(graph, options);
        this.threads = threads;
        prepareThread();
        net = new ComputationGraph(TrainableGraph.configuration(graph, options));
        net.init();
        logitsVertex = net.getConfiguration().getVertexInputs().get(graph.nodes().getLast().name()).getFirst();
        net.addListeners(new BaseTrainingListener() {
            @Override
            public void onForwardPass(Model model, Map<String, INDArray> activations) {
                logits = values(activations.get(logitsVertex));
            }
        });
        Shape shape = graph.inputShape();
        pixels = new float[shape.size()];
        images = new float[options.batchSize() * shape.size()];
        features = Nd4j.create(options.batchSize(), shape.height(), shape.width(), shape.channels());
    }

    /** The calling thread computes on the first device, of which ND4J would deal out all that there are, and with so many threads. */
    private void prepareThread() {
        if (Nd4j.getAffinityManager().getDeviceForCurrentThread() != 0) Nd4j.getAffinityManager().unsafeSetDevice(0);
        NativeThreads.set(threads);
    }

    @Override
    public String description() {
        return "dl4j, float32, ND4J " + Dl4jEngine.VERSION + " on " + switch (options.device()) {
            case CPU -> "cpu";
            case CUDA -> NvidiaDriver.here().gpus().getFirst();
        } + ", " + NetworkOptions.inWords(threads);
    }

    @Override
    protected StepResult step(Batch batch, double learningRate) {
        prepareThread();
        if (!begun) makeWorkspaces();
        begun = true;
        int[] labels = batch.labels(graph.classes());
        readImages(batch);
        try (INDArray target = oneHot(labels)) {
            net.setInputs(features);
            net.setLabels(target);
            net.computeGradientAndScore();
            descend(learningRate);
            net.clear();
        }
        StepResult result = StepResult.of(logits, labels);
        // A rectifier turns what is no number into 0; the penalty on the weights, which is part of the score, does not.
        return Double.isFinite(net.score()) ? result : new StepResult(net.score(), result.correct());
    }

    /** With the sizes that they will have: DL4J would find them out in first steps that take twice the memory. */
    private void makeWorkspaces() {
        long all = 0, greatest = 0;
        for (Node node : graph.nodes()) {
            if (node instanceof Node.Input || net.getVertex(node.name()) == null) continue;
            long bytes = (long) graph.shape(node.name()).size() * options.batchSize() * Float.BYTES;
            all += bytes;
            greatest = Math.max(greatest, bytes);
        }
        makeWorkspace(ACTIVATIONS, all);
        for (int i = 0; i < GRADIENT_WORKSPACES; i++) makeWorkspace(GRADIENTS + i, 2 * greatest); // a sum has two
    }

    private static void makeWorkspace(String name, long bytes) {
        WorkspaceConfiguration configuration = WorkspaceConfiguration.builder().initialSize(bytes + bytes / 50).overallocationLimit(0.05)
            .policyLearning(LearningPolicy.FIRST_LOOP).policyReset(ResetPolicy.BLOCK_LEFT).policySpill(SpillPolicy.REALLOCATE)
            .policyAllocation(AllocationPolicy.OVERALLOCATE).build();
        Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread(configuration, name);
    }

    /** The update of DL4J's own optimizer, at this step's rate. */
    private void descend(double learningRate) {
        ComputationGraphUpdater updater = net.getUpdater();
        for (UpdaterBlock block : updater.getUpdaterBlocks())
            if (block.getGradientUpdater().getConfig() instanceof MomentumDescent d) d.setLrAndSchedule(learningRate, null);
        updater.update(net.gradient(), net.getIterationCount(), net.getEpochCount(), options.batchSize(), LayerWorkspaceMgr.noWorkspaces());
        net.params().subi(net.getFlattenedGradients().reshape(net.params().shape()));
    }

    @Override
    protected StepResult infer(Batch batch, float[] outputs) {
        prepareThread();
        int[] labels = batch.labels(graph.classes());
        readImages(batch);
        float[] all;
        try (INDArray out = net.outputSingle(false, features)) {
            all = values(out);
        }
        float[] wanted = Arrays.copyOf(all, batch.size() * graph.classes());
        if (outputs != null) System.arraycopy(wanted, 0, outputs, 0, wanted.length);
        return StepResult.of(wanted, labels);
    }

    /** Images that a smaller batch lacks stay as they were. */
    private void readImages(Batch batch) {
        Shape shape = graph.inputShape();
        int plane = shape.height() * shape.width(), channels = shape.channels();
        for (int n = 0; n < batch.size(); n++) {
            batch.read(n, pixels);
            int image = n * shape.size();
            for (int c = 0; c < channels; c++)
                for (int i = 0; i < plane; i++) images[image + i * channels + c] = pixels[c * plane + i];
        }
        try (INDArray read = Nd4j.create(images, features.shape(), 'c')) {
            features.assign(read);
        }
    }

    private INDArray oneHot(int[] labels) {
        float[] target = new float[labels.length * graph.classes()];
        for (int i = 0; i < labels.length; i++) target[i * graph.classes() + labels[i]] = 1;
        return Nd4j.create(target, new long[] {labels.length, graph.classes()}, 'c');
    }

    private static float[] values(INDArray array) {
        return array.reshape('c', new long[] {array.length()}).toFloatVector();
    }

    // ---- parameters

    private INDArray array(Graph.Parameter p) {
        return net.getLayer(p.node().name()).getParam(name(p.role()));
    }

    private static String name(Role role) {
        return switch (role) {
            case WEIGHT -> QuantizedConvolution.WEIGHTS;
            case SCALE -> BatchNorm.SCALE;
            case OFFSET -> BatchNorm.OFFSET;
            case MEAN -> BatchNorm.MEAN;
            case VARIANCE -> BatchNorm.VARIANCE;
        };
    }

    /** A parameter's momentum: a view of the updater's state. */
    private INDArray momentum(Graph.Parameter p) {
        for (UpdaterBlock block : net.getUpdater().getUpdaterBlocks())
            for (UpdaterBlock.ParamState part : block.getLayersAndVariablesInBlock())
                if (part.getLayer().getConfig().getLayerName().equals(p.node().name()) && part.getParamName().equals(name(p.role()))) {
                    long from = part.getParamOffsetStart() - block.getParamOffsetStart();
                    return block.getUpdaterView().reshape(block.getUpdaterView().length()).get(NDArrayIndex.interval(from, from + p.size()));
                }
        throw new IllegalStateException("There is no momentum for '" + p.name() + "'.");
    }

    @Override
    protected void write(NamedTensors state) {
        for (Graph.Parameter p : graph.parameters()) {
            write(state.get(p.name()), array(p));
            if (!p.trainable() || !options.training()) continue;
            String name = NamedTensors.momentum(p.name());
            Tensor momentum = state.contains(name) ? state.get(name) : Tensor.filled(p.shape(), 0);
            write(momentum, momentum(p));
        }
    }

    private static void write(Tensor tensor, INDArray target) {
        try (INDArray values = Nd4j.create(tensor.values(), target.shape(), 'c')) {
            target.assign(values);
        }
    }

    @Override
    protected NamedTensors read() {
        NamedTensors state = new NamedTensors();
        for (Graph.Parameter p : graph.parameters()) {
            state.put(p.name(), new Tensor(p.shape(), values(array(p))));
            if (p.trainable() && options.training()) state.put(NamedTensors.momentum(p.name()), new Tensor(p.shape(), values(momentum(p))));
        }
        return state;
    }

    @Override
    protected void free() {
        net.close();
        features.close();
    }
}
