package onebit.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import onebit.model.Graph;
import onebit.model.Model;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.quant.OneBit;
import onebit.train.TrainingConfig;

/**
 * The final parameters of a run, {@code model.safetensors}: what inference needs and no more. Full-precision weights and
 * all of batch norm are float32, exact, under their names. A one-bit convolution's weights are bytes under
 * {@code NAME.bits}: weight i, in the order (output channel, input channel, row, column), is bit i % 8 (0 is the least
 * significant) of byte i / 8, 1 for +sqrt(2 / fan-in) and 0 for -sqrt(2 / fan-in); spare bits are 0.
 */
final class ModelFile {

    private static final String FORMAT = "onebit-model-1";
    private static final String BITS = ".bits";
    private static final String INPUT = "input";
    private static final String CLASSES = "classes";

    private ModelFile() {}

    static void write(Path file, Graph graph, NamedTensors state) {
        Map<String, SafeTensors.Entry> floats = new LinkedHashMap<>(), bits = new LinkedHashMap<>();
        for (Graph.Parameter parameter : graph.parameters()) {
            Tensor tensor = state.get(parameter.name());
            if (isOneBit(parameter)) bits.put(parameter.name() + BITS, new SafeTensors.Bytes(pack(tensor.values())));
            else floats.put(parameter.name(), new SafeTensors.Floats(tensor));
        }
        // Bytes come last, so that every float is at a multiple of its size.
        floats.putAll(bits);
        new SafeTensors(Map.of("format", FORMAT, INPUT, Json.line(graph.inputShape()), CLASSES, Integer.toString(graph.classes())), floats).write(file);
    }

    /**
     * The model of a run of that configuration. A one-bit convolution's weights are the two values that its quantizer makes,
     * and which it leaves as they are.
     */
    static Model read(Path file, TrainingConfig config) {
        String remedy = "Train the run again, or take another copy of its folder.";
        SafeTensors tensors = SafeTensors.read(file, remedy);
        if (!FORMAT.equals(tensors.metadata().get("format")))
            throw new UserError(file + " is not a model of this version of OneBit. " + remedy);
        Graph graph = graph(tensors, config);
        NamedTensors state = new NamedTensors();
        for (Graph.Parameter parameter : graph.parameters()) {
            String name = parameter.name() + (isOneBit(parameter) ? BITS : "");
            switch (tensors.entries().get(name)) {
                case SafeTensors.Floats floats -> state.put(parameter.name(), floats.tensor());
                case SafeTensors.Bytes bytes when bytes.values().length == (parameter.size() + 7) / 8 ->
                    state.put(parameter.name(), new Tensor(parameter.shape(), unpack(bytes.values(), parameter)));
                case null, default -> throw new UserError(file + " lacks '" + name + "' of its network. " + remedy);
            }
        }
        try {
            return new Model(graph, state, config.dataset(), config.row() + " " + config.depth() + "-" + config.width() + ", run " + file.toAbsolutePath().getParent().getFileName());
        } catch (IllegalArgumentException e) {
            throw new UserError(file + " is not of its run's network: " + e.getMessage() + " " + remedy, e);
        }
    }

    private static Graph graph(SafeTensors tensors, TrainingConfig config) {
        try {
            return config.graph(Json.parse(tensors.metadata().get(INPUT), Shape.class), Integer.parseInt(tensors.metadata().get(CLASSES)));
        } catch (IOException e) {
            throw new IllegalStateException("The file passed its checksum, and was written with a shape.", e);
        }
    }

    private static boolean isOneBit(Graph.Parameter parameter) {
        return parameter.role() == Graph.Role.WEIGHT && parameter.node() instanceof Node.Conv conv && conv.quantizer() instanceof OneBit;
    }

    private static byte[] pack(float[] weights) {
        byte[] bits = new byte[(weights.length + 7) / 8];
        for (int i = 0; i < weights.length; i++) if (weights[i] >= 0) bits[i >> 3] |= (byte) (1 << (i & 7));
        return bits;
    }

    private static float[] unpack(byte[] bits, Graph.Parameter parameter) {
        float scale = OneBit.scale(((Node.Conv) parameter.node()).fanIn());
        float[] weights = new float[parameter.size()];
        for (int i = 0; i < weights.length; i++) weights[i] = (bits[i >> 3] >> (i & 7) & 1) == 1 ? scale : -scale;
        return weights;
    }
}
