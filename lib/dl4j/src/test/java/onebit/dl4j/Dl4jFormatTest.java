package onebit.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import onebit.engine.Batch;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.GraphBuilder;
import onebit.model.Model;
import onebit.model.ModelFormat;
import onebit.model.NamedTensors;
import onebit.model.Node;
import onebit.model.Padding;
import onebit.model.Shape;
import onebit.model.Tensor;
import onebit.model.WideResNet;
import onebit.quant.OneBit;
import onebit.reference.ReferenceEngine;
import onebit.run.UserError;
import onebit.testing.DocsPage;
import onebit.testing.RandomGraphs;
import onebit.testing.SyntheticBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files for DL4J programs: what stock DL4J computes from them, and that they can be read back. */
class Dl4jFormatTest {

    private static final int NETWORKS = 16;
    private static final Graph SMALL = new GraphBuilder("input", new Shape(3, 8, 8)).batchNorm("norm", true)
        .convolve("conv", 6, 3, 1, Padding.symmetric(1), new OneBit()).globalPool("mean").softmaxLoss("loss");

    @TempDir
    Path temp;

    private static ModelFormat format() {
        return ServiceLoader.load(ModelFormat.class, TestEngine.get().getClass().getClassLoader()).iterator().next();
    }

    @Test
    void stockDl4jComputesTheSameAnswers() throws Exception {
        List<RandomGraphs.Case> cases = RandomGraphs.first(NETWORKS).toList();
        for (int i = 0; i < cases.size(); i++) {
            RandomGraphs.Case random = cases.get(i);
            format().write(new Model(random.graph(), random.state(), "cifar10", "a test"), temp.resolve(i + ".zip"));
            writeImages(random.graph().inputShape(), random.batch(), temp.resolve(i + ".images"));
        }
        assertEquals("stock DL4J", runWithDl4jAlone(List.of(TestEngine.testClasses()), "onebit.dl4j.StockOutputs", temp.toString()).strip());
        for (int i = 0; i < cases.size(); i++) {
            RandomGraphs.Case random = cases.get(i);
            double[] expected = probabilities(random.graph(), random.state(), random.batch());
            try (DataInputStream in = new DataInputStream(Files.newInputStream(temp.resolve(i + ".outputs")))) {
                for (double e : expected) assertEquals(e, in.readFloat(), 1e-4, random.toString());
                assertEquals(-1, in.read());
            }
        }
    }

    @Test
    void oneBitWeightsAreArraysOfTwoValuesAndReadBackAsOneBit() {
        for (int i = 0; i < NETWORKS; i++) {
            RandomGraphs.Case random = RandomGraphs.of(i);
            Path file = temp.resolve("model.zip");
            format().write(new Model(random.graph(), random.state(), "cifar100", "a test"), file);
            Model read = format().read(file);
            assertEquals(Set.copyOf(random.graph().nodes()), Set.copyOf(read.graph().nodes())); // DL4J puts them into an order of its own
            assertEquals("cifar100", read.dataset());
            for (Graph.Parameter p : random.graph().parameters()) assertEquals(used(p, random.state()), read.state().get(p.name()), p.name());
        }
    }

    /** As the network uses it. */
    private static Tensor used(Graph.Parameter p, NamedTensors state) {
        float[] values = state.get(p.name()).values().clone();
        if (p.node() instanceof Node.Conv conv) conv.quantizer().quantize(values, conv.fanIn(), values);
        return new Tensor(p.shape(), values);
    }

    @Test
    void theProgramInTheDocsPrintsTheClassOfAnImage() throws Exception {
        Graph graph = WideResNet.graph(WideResNet.Spec.ofPaper(10).withDepth(8).withWidth(1).withQuantizer(new OneBit()));
        SyntheticBatch batch = SyntheticBatch.of(graph, 1, 4);
        NamedTensors state = RandomGraphs.state(graph, SyntheticBatch.of(graph, 8, 4));
        format().write(new Model(graph, state, "cifar10", "a test"), temp.resolve("model.zip"));
        ImageIO.write(picture(batch), "png", temp.resolve("picture.png").toFile());

        String program = DocsPage.program("dl4j.md", "java");
        Matcher name = Pattern.compile("class (\\w+) ").matcher(program);
        assertTrue(name.find(), program);
        Path source = Files.writeString(temp.resolve(name.group(1) + ".java"), program);
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", temp.toString(), "-cp", classPath(TestEngine.jars()), source.toString());
        assertEquals(0, failed);
        String printed = runWithDl4jAlone(List.of(temp), name.group(1), temp.resolve("model.zip").toString(), temp.resolve("picture.png").toString());

        double[] expected = probabilities(graph, state, batch);
        int best = 0;
        for (int c = 1; c < expected.length; c++) if (expected[c] > expected[best]) best = c;
        assertEquals(String.format(Locale.ROOT, "class %d, probability %.3f", best, expected[best]), printed.strip());
    }

    private static BufferedImage picture(SyntheticBatch batch) {
        float[] pixels = new float[batch.shape().size()];
        batch.read(0, pixels);
        BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 1024; i++) picture.setRGB(i % 32, i / 32, (int) pixels[i] << 16 | (int) pixels[1024 + i] << 8 | (int) pixels[2048 + i]);
        return picture;
    }

    @Test
    void whatIsNoModelOfDl4jsIsRefusedInASentence() throws IOException {
        ModelFormat format = format();
        Path text = Files.writeString(temp.resolve("text.zip"), "no zip");
        assertTrue(assertThrows(UserError.class, () -> format.read(text)).getMessage().contains("is no zip file, as DL4J's model files are"));
        Path empty = temp.resolve("empty.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(empty))) {
            zip.putNextEntry(new ZipEntry("other"));
        }
        assertTrue(assertThrows(UserError.class, () -> format.read(empty)).getMessage().contains("is no ComputationGraph that DL4J 1.0.0-M2.1 can load"));
        assertEquals("There is no file " + temp.resolve("missing.zip") + ".", assertThrows(UserError.class, () -> format.read(temp.resolve("missing.zip"))).getMessage());
    }

    @Test
    void aConvolutionWithPaddingOfItsOwnAfterAPaddingLayerIsRefused() throws IOException {
        Graph graph = new GraphBuilder("input", new Shape(3, 8, 8)).batchNorm("norm", true).convolve("conv", 6, 3, 2, new Padding(1, 0, 1, 0), new OneBit())
            .globalPool("mean").softmaxLoss("loss");
        String message = refused(graph, "configuration.json", "(\"padding\" : \\[) 0, 0 \\]", "$1 1, 1 ]");
        assertTrue(message.contains("'conv' that OneBit has no counterpart for"), message);
    }

    @Test
    void settingsThatWouldChangeTheAnswerAreRefused() throws IOException {
        String pooled = refused(SMALL, "configuration.json", "\"poolingDimensions\" : \\[ 2, 3 \\]", "\"poolingDimensions\" : [ 2 ]");
        assertTrue(pooled.contains("'mean' that OneBit has no counterpart for"), pooled);
        String processed = refused(SMALL, "configuration.json", "\"preProcessor\" : null",
            "\"preProcessor\" : { \"@class\" : \"org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor\", \"inputHeight\" : 8, \"inputWidth\" : 8, \"numChannels\" : 3 }");
        assertTrue(processed.contains("that OneBit has no counterpart for"), processed);
    }

    @Test
    void aNetworkThatCannotBeAndASizeThatIsNoneAreSaidInASentence() throws IOException {
        String decay = refused(SMALL, "configuration.json", "\"decay\" : 0.99", "\"decay\" : 1.5");
        assertTrue(decay.contains("holds no network that OneBit can execute: "), decay);
        String size = refused(SMALL, "onebit.properties", "height=8", "height=eight");
        assertTrue(size.contains("says in onebit.properties what is no size of images"), size);
    }

    /** What is said of a model whose file has something else in an entry. */
    private String refused(Graph graph, String changedEntry, String pattern, String replacement) throws IOException {
        Path file = temp.resolve("model.zip"), changed = temp.resolve("changed.zip");
        format().write(new Model(graph, RandomGraphs.state(graph, SyntheticBatch.of(graph, 4, 1)), "cifar10", "a test"), file);
        try (ZipFile zip = new ZipFile(file.toFile()); ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (ZipEntry entry : zip.stream().toList()) {
                byte[] bytes = zip.getInputStream(entry).readAllBytes();
                out.putNextEntry(new ZipEntry(entry.getName()));
                if (entry.getName().equals(changedEntry)) {
                    String text = new String(bytes, StandardCharsets.UTF_8), other = text.replaceFirst(pattern, replacement);
                    assertNotEquals(text, other, text);
                    bytes = other.getBytes(StandardCharsets.UTF_8);
                }
                out.write(bytes);
            }
        }
        return assertThrows(UserError.class, () -> format().read(changed)).getMessage();
    }

    /** Softmax of the reference engine's logits. */
    private static double[] probabilities(Graph graph, NamedTensors state, Batch batch) {
        int classes = graph.classes();
        float[] logits = new float[batch.size() * classes];
        try (Network network = new ReferenceEngine().network(graph, NetworkOptions.inference(Precision.FLOAT64).withBatchSize(batch.size()))) {
            network.load(state);
            network.evaluate(batch, logits);
        }
        double[] probabilities = new double[logits.length];
        for (int i = 0; i < batch.size(); i++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) sum += Math.exp(logits[i * classes + c]);
            for (int c = 0; c < classes; c++) probabilities[i * classes + c] = Math.exp(logits[i * classes + c]) / sum;
        }
        return probabilities;
    }

    private static void writeImages(Shape shape, Batch batch, Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            for (int n : new int[] {batch.size(), shape.channels(), shape.height(), shape.width()}) out.writeInt(n);
            float[] pixels = new float[shape.size()];
            for (int i = 0; i < batch.size(); i++) {
                batch.read(i, pixels);
                for (float p : pixels) out.writeFloat(p);
            }
        }
    }

    private static String classPath(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs a program in a process that has DL4J and these classes, and no settings of ours; gives what it prints. */
    private String runWithDl4jAlone(List<Path> classes, String main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            classPath(Stream.concat(classes.stream(), TestEngine.jars().stream()).toList()), main));
        command.addAll(List.of(arguments));
        Path errors = temp.resolve("errors");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new AssertionError(main + " ended with " + process.exitValue() + ":\n" + printed + Files.readString(errors));
        return printed;
    }
}
