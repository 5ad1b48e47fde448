package onebit.kit.command;

import java.nio.file.Files;
import java.nio.file.Path;
import onebit.kit.Installation;
import onebit.model.Model;
import onebit.published.MatModel;
import onebit.run.RunFolder;
import onebit.run.UserError;

/** Where models come from: the folder of a finished run, one of the authors' .mat files, or a .zip of DL4J's. */
final class ModelSource {

    /** For the description of a parameter. */
    static final String DESCRIPTION = "The folder of a finished run, one of the authors' .mat files, or a .zip that 'onebit export --format dl4j' has written.";

    private ModelSource() {}

    /** @throws UserError if there is no model, saying what was expected */
    static Model read(Path model, ProgressDisplay display) {
        if (!Files.exists(model)) throw new UserError("There is no " + model + ". Give the folder of a finished run, a .mat file, or a .zip of DL4J's.");
        if (Files.isDirectory(model)) return new RunFolder(model).model();
        Path folder = model.toAbsolutePath().getParent();
        if (model.toString().endsWith(".safetensors") && new RunFolder(folder).holdsRun())
            throw new UserError(model + " is a file of a run. Give the run's folder, " + folder + ": its other files say what network this is.");
        return model.toString().endsWith(".zip") ? Installation.current().engines(display).modelFormat("dl4j").read(model) : MatModel.read(model);
    }
}
