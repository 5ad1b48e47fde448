package onebit.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Java process with the tests' Java and class path and the project's own JVM options, for what a test cannot do in its own
 * process.
 *
 * @param main    its main class
 * @param options further JVM options
 */
public record JavaProcess(Class<?> main, List<String> options) {

    private static final String OPTIONS_FILE = "jvm-options";

    public static JavaProcess of(Class<?> main) {
        return new JavaProcess(main, List.of());
    }

    public JavaProcess withOptions(String... more) {
        return new JavaProcess(main, Stream.concat(options.stream(), Stream.of(more)).toList());
    }

    /** Starts it, output and errors into a file. */
    public Process start(Path output, String... arguments) throws IOException {
        return start(List.of(), output, arguments);
    }

    /** Starts it behind a command that runs the command that follows. */
    public Process start(List<String> prefix, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + optionsFile(),
            "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    /** Runs it to its end and gives what it printed. Fails if it does not end with 0. */
    public String run(Path output, String... arguments) throws IOException, InterruptedException {
        return run(List.of(), output, arguments);
    }

    /** The same, behind a command that runs the command that follows. */
    public String run(List<String> prefix, Path output, String... arguments) throws IOException, InterruptedException {
        int exit = start(prefix, output, arguments).waitFor();
        String printed = Files.readString(output);
        if (exit != 0) throw new AssertionError(main.getSimpleName() + " ended with " + exit + ":\n" + printed);
        return printed;
    }

    /** In the folder of the Maven build, which is the folder that tests run in or one above. */
    private static Path optionsFile() {
        return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
            .flatMap(folder -> Stream.of(folder.resolve(OPTIONS_FILE), folder.resolve("lib").resolve(OPTIONS_FILE)))
            .filter(Files::isRegularFile).findFirst().orElseThrow(() -> new IllegalStateException("There is no " + OPTIONS_FILE + " above this folder."));
    }
}
