package onebit.kit.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import onebit.run.UserError;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Tells a wrong argument (exit code 2) from what fails later (exit code 1). */
final class Usage {

    private Usage() {}

    /** Arguments that are checked before anything is done. */
    static void check(CommandSpec spec, Runnable arguments) {
        of(spec, () -> {
            arguments.run();
            return true;
        });
    }

    /** Of an option that names a folder to read; null if it is not given. */
    static void requireFolder(String option, Path folder) {
        if (folder != null && !Files.isDirectory(folder)) throw new IllegalArgumentException("There is no folder " + folder + ", which " + option + " names.");
    }

    /** What is made of arguments alone: a refusal is wrong usage. */
    static <T> T of(CommandSpec spec, Supplier<T> argument) {
        try {
            return argument.get();
        } catch (UserError | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
