package onebit.kit.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import onebit.kit.Installation;
import onebit.model.Model;
import onebit.run.AtomicFile;
import onebit.run.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "export", description = "Write a model for another program. dl4j: a ComputationGraph of DeepLearning4J's own layers, which it loads without "
    + "OneBit; one-bit weights are arrays of two values.")
public final class ExportCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelSource.DESCRIPTION)
    Path model;

    @Option(names = "--format", paramLabel = "FORMAT", required = true, completionCandidates = Names.Formats.class, description = "${COMPLETION-CANDIDATES}.")
    String format;

    @Option(names = "--output", paramLabel = "FILE", description = "Where to (default: MODEL's name with .zip, in the current folder).")
    Path output;

    @Override
    public Integer call() {
        Usage.check(spec, () -> {
            if (!Names.Formats.ALL.contains(format))
                throw new IllegalArgumentException("There is no format '" + format + "'; there is " + String.join(", ", Names.Formats.ALL) + ".");
        });
        Path file = output != null ? output : Path.of(name() + ".zip");
        if (Files.exists(file) && !Files.isRegularFile(file) || AtomicFile.isStandardOutput(file)) throw new UserError(file + " is no file, which a model needs. Name one with --output.");
        if (isModel(file)) throw new UserError(file + " is the model itself. Name another file with --output.");
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            Model read = ModelSource.read(model, display);
            Installation.current().engines(display).modelFormat(format).write(read, file);
            display.end();
            PrintWriter out = spec.commandLine().getOut();
            out.printf(Locale.ROOT, "%s: written to %s, %.1f MB%n", read.origin(), file, Files.size(file) / 1e6);
            out.flush();
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isModel(Path file) {
        try {
            return Files.exists(file) && Files.exists(model) && Files.isSameFile(file, model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name() {
        String name = model.toAbsolutePath().normalize().getFileName().toString();
        return name.endsWith(".mat") || name.endsWith(".zip") ? name.substring(0, name.length() - ".mat".length()) : name;
    }
}
