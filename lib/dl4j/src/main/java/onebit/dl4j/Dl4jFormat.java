package onebit.dl4j;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import onebit.data.CifarSet;
import onebit.engine.Device;
import onebit.model.Graph;
import onebit.model.Model;
import onebit.model.ModelFormat;
import onebit.model.Node;
import onebit.model.Shape;
import onebit.run.AtomicFile;
import onebit.run.UserError;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's model files: a zip with a {@link StockGraph} and its parameters, which DL4J loads without any class of ours. What
 * DL4J does not keep (size of the images, data set, origin) is in an entry of its own, which DL4J does not look at.
 */
public final class Dl4jFormat implements ModelFormat {

    private static final String ABOUT = "onebit.properties";
    private static final int CLASSES_OF_CIFAR100 = 100;

    @Override
    public String name() {
        return "dl4j";
    }

    @Override
    public void write(Model model, Path file) {
        Nd4jRuntime.prepare(Device.CPU);
        ComputationGraph net = new ComputationGraph(StockGraph.configuration(model.graph()));
        net.init();
        for (Graph.Parameter p : model.graph().parameters()) {
            INDArray target = net.getLayer(p.node().name()).getParam(name(p.role()));
            float[] values = model.state().get(p.name()).values().clone();
            if (p.node() instanceof Node.Conv conv) conv.quantizer().quantize(values, conv.fanIn(), values);
            target.assign(Nd4j.create(values, target.shape(), 'c'));
        }
        AtomicFile.write(file, out -> {
            ByteArrayOutputStream stock = new ByteArrayOutputStream();
            ModelSerializer.writeModel(net, stock, false);
            ZipOutputStream zip = new ZipOutputStream(out);
            try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(stock.toByteArray()))) {
                for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                    zip.putNextEntry(new ZipEntry(entry.getName()));
                    entries.transferTo(zip);
                }
            }
            zip.putNextEntry(new ZipEntry(ABOUT));
            zip.write(about(model).getBytes(StandardCharsets.ISO_8859_1));
            zip.finish();
        });
    }

    private static String name(Graph.Role role) {
        return switch (role) {
            case WEIGHT -> "W";
            case SCALE -> "gamma";
            case OFFSET -> "beta";
            case MEAN -> "mean";
            case VARIANCE -> "var";
        };
    }

    private static String about(Model model) {
        Shape s = model.graph().inputShape();
        return "channels=" + s.channels() + "\nheight=" + s.height() + "\nwidth=" + s.width() + "\ndataset=" + model.dataset() + "\n";
    }

    @Override
    public Model read(Path file) {
        Nd4jRuntime.prepare(Device.CPU);
        if (!Files.isRegularFile(file)) throw new UserError("There is no file " + file + ".");
        Properties about = about(file);
        ComputationGraph net = restore(file);
        Shape shape = about.isEmpty() ? CifarSet.SHAPE : shape(about, file);
        StockGraphReader.Read read = StockGraphReader.read(file, net, shape);
        String dataset = about.getProperty("dataset", read.graph().classes() == CLASSES_OF_CIFAR100 ? "cifar100" : "cifar10");
        return new Model(read.graph(), read.state(), dataset, file.getFileName().toString());
    }

    private static ComputationGraph restore(Path file) {
        // JSON's reader takes the classes that the file names from the thread's class loader.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Dl4jFormat.class.getClassLoader());
        try {
            return ModelSerializer.restoreComputationGraph(file.toFile(), false);
        } catch (IOException | RuntimeException e) {
            throw new UserError(file + " is no ComputationGraph that DL4J " + Dl4jEngine.VERSION + " can load: " + e.getMessage(), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Shape shape(Properties about, Path file) {
        try {
            return new Shape(number(about, "channels"), number(about, "height"), number(about, "width"));
        } catch (IllegalArgumentException e) { // a text that is no number, too
            throw new UserError(file + " says in " + ABOUT + " what is no size of images: " + e.getMessage() + ". Export the model again.", e);
        }
    }

    private static int number(Properties about, String key) {
        return Integer.parseInt(about.getProperty(key, "0"));
    }

    /** What our entry says; nothing if the file has none. */
    private static Properties about(Path file) {
        Properties properties = new Properties();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(ABOUT);
            if (entry == null) return properties;
            try (InputStream in = zip.getInputStream(entry)) {
                properties.load(in);
            }
            return properties;
        } catch (ZipException e) {
            throw new UserError(file + " is no zip file, as DL4J's model files are: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }
}
