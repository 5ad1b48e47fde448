package onebit.model;

import java.nio.file.Path;

/** A file format of another program for models, with the name of the engine in whose jar {@link java.util.ServiceLoader} finds it. */
public interface ModelFormat {

    /** Name on the command line: {@code dl4j}, ... */
    String name();

    /**
     * Writes a model, whole or not at all. Weights are written as the network uses them: quantized.
     *
     * @throws UnsupportedOperationException naming a node that the format has nothing for
     */
    void write(Model model, Path file);

    /**
     * Reads a model back.
     *
     * @throws onebit.run.UserError if the file is not of this format, or holds what a {@link Graph} cannot express
     */
    Model read(Path file);
}
