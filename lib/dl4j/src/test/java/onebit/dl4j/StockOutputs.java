package onebit.dl4j;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A program of a DL4J user: loads each {@code N.zip} of a folder and runs it on the images in {@code N.images} (four sizes,
 * then the pixels); its outputs go to {@code N.outputs}. None of OneBit's classes is there.
 */
public final class StockOutputs {

    private StockOutputs() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        for (int i = 0; Files.exists(folder.resolve(i + ".zip")); i++) {
            ComputationGraph network = ComputationGraph.load(new File(folder.toFile(), i + ".zip"), false);
            INDArray outputs;
            try (DataInputStream in = new DataInputStream(Files.newInputStream(folder.resolve(i + ".images")))) {
                long[] shape = {in.readInt(), in.readInt(), in.readInt(), in.readInt()};
                float[] pixels = new float[(int) (shape[0] * shape[1] * shape[2] * shape[3])];
                for (int j = 0; j < pixels.length; j++) pixels[j] = in.readFloat();
                outputs = network.outputSingle(Nd4j.create(pixels, shape, 'c'));
            }
            try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(folder.resolve(i + ".outputs")))) {
                for (float value : outputs.dup('c').data().asFloat()) out.writeFloat(value);
            }
        }
        try {
            Class.forName("onebit.model.Graph");
            throw new IllegalStateException("OneBit's classes are on the class path; this shows nothing.");
        } catch (ClassNotFoundException expected) {
            System.out.println("stock DL4J");
        }
    }
}
