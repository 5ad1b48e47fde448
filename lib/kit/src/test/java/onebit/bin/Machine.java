package onebit.bin;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A small made-up machine in a folder: a home, a folder of the system's JDKs, and a PATH with the few tools that the scripts of lib/bin use
 * and with no Java, whatever this computer has. JDKs on it are shell scripts that answer as a JDK does.
 */
final class Machine {
    /** The folder lib/bin of this repository; Maven runs tests in the module's folder. */
    static final Path SCRIPTS = Path.of("..", "bin").toAbsolutePath().normalize();

    private static final List<String> TOOLS = List.of("sh", "awk", "basename", "cat", "chmod", "cksum", "cp", "curl", "cut", "dirname", "find", "flock", "grep", "gzip",
            "head", "ls", "mkdir", "mktemp", "mv", "readlink", "rm", "sed", "sha256sum", "shasum", "sleep", "sort", "tail", "tar", "tr", "uname",
            "wget", "xargs");

    final Path home;
    final Path systemJdks;
    final Path path;
    final Path cache;
    final Map<String, String> environment = new TreeMap<>();

    /** What a finished script left: its exit status and what it wrote, without the last line end. */
    record Outcome(int status, String out, String err) {
    }

    Machine(Path folder) throws IOException {
        home = Files.createDirectories(folder.resolve("home of a user"));
        systemJdks = Files.createDirectories(folder.resolve("jvm"));
        path = Files.createDirectories(folder.resolve("path"));
        cache = folder.resolve("cache");
        for (String tool : TOOLS) {
            Optional<Path> real = Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(place -> Path.of(place, tool))
                    .filter(Files::isExecutable).findFirst();
            if (real.isPresent()) {
                tool(tool, "exec '" + real.get() + "' \"$@\"\n");
            }
        }
        environment.put("PATH", path.toString());
        environment.put("HOME", home.toString());
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("ONEBIT_JVM_FOLDERS", systemJdks.toString());
        // A port on which nothing listens: no test reaches the network by accident.
        environment.put("ONEBIT_ADOPTIUM", "http://127.0.0.1:1");
    }

    /** Takes tools away from PATH. */
    void without(String... tools) throws IOException {
        for (String tool : tools) {
            Files.deleteIfExists(path.resolve(tool));
        }
    }

    /** Puts a shell script on PATH, in the place of a tool of that name. */
    void tool(String name, String script) throws IOException {
        Files.deleteIfExists(path.resolve(name));
        script(path.resolve(name), script);
    }

    /** Puts the `java` of a JDK on PATH, as a link. */
    void javaOnPath(Path jdk) throws IOException {
        Files.deleteIfExists(path.resolve("java"));
        Files.createSymbolicLink(path.resolve("java"), jdk.resolve("bin/java"));
    }

    /** A JDK of a major version in a folder, with compiler and vector module. */
    static Path jdk(Path folder, int version) throws IOException {
        for (Map.Entry<String, String> file : jdkFiles(version).entrySet()) {
            script(folder.resolve(file.getKey()), file.getValue());
        }
        return folder.toRealPath();
    }

    /** The scripts of such a JDK, by path. Called with other arguments than find-jdk's, its java prints its own process id and then these. */
    static Map<String, String> jdkFiles(int version) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("bin/java", """
                self=$0
                [ ! -L "$self" ] || self=$(readlink "$self")
                home=$(cd "$(dirname "$self")/.." && pwd -P)
                case $1 in
                -XshowSettings:properties) printf '    java.home = %%s\\n    java.specification.version = %1$d\\n' "$home" >&2 ;;
                --list-modules) printf 'java.base@%1$d\\njdk.incubator.vector@%1$d\\n' ;;
                *) echo "$$"; printf '%%s\\n' "$@"; exit 3 ;;
                esac
                """.formatted(version));
        files.put("bin/javac", "exit 0\n");
        return files;
    }

    Outcome run(Path script, String... arguments) throws IOException, InterruptedException {
        return finish(start(script, arguments));
    }

    Process start(Path script, String... arguments) throws IOException {
        List<String> command = Stream.concat(Stream.of(script.toString()), Stream.of(arguments)).toList();
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectInput(ProcessBuilder.Redirect.PIPE);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Outcome finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the script did not end within a minute");
        }
        return new Outcome(process.exitValue(), out.stripTrailing(), err.stripTrailing());
    }

    static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body);
        makeExecutable(file);
    }

    static void makeExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The names in a folder, hidden ones too. */
    static Set<String> names(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
