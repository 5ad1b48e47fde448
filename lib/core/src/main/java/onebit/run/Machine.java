package onebit.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a run ran on.
 *
 * @param java        vendor and version of the virtual machine
 * @param os          operating system, version and architecture
 * @param cpu         the processor's own name, "unknown" if the system does not tell
 * @param cores       logical processors that the virtual machine may use
 * @param memoryBytes of the machine, or of the container if there is a limit
 */
public record Machine(String java, String os, String cpu, int cores, long memoryBytes) {

    private static final String UNKNOWN = "unknown";

    /** This machine; reads a file or asks a program for the processor's name, once. */
    public static Machine here() {
        return Here.MACHINE;
    }

    private static final class Here {
        static final Machine MACHINE = new Machine(
            System.getProperty("java.vm.vendor") + " " + Runtime.version(),
            System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
            processor(), Runtime.getRuntime().availableProcessors(),
            ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize());
    }

    private static String processor() {
        String os = System.getProperty("os.name");
        if (os.startsWith("Linux")) return processor(Path.of("/proc/cpuinfo"));
        if (os.startsWith("Mac")) return output(List.of("sysctl", "-n", "machdep.cpu.brand_string"));
        return System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", UNKNOWN);
    }

    /** The first processor's name in Linux' list of them. */
    static String processor(Path list) {
        try (var lines = Files.lines(list)) {
            return lines.map(line -> line.split(":", 2)).filter(pair -> pair.length == 2)
                .filter(pair -> List.of("model name", "Hardware", "cpu model").contains(pair[0].strip()))
                .map(pair -> pair[1].strip()).findFirst().orElse(UNKNOWN);
        } catch (IOException | java.io.UncheckedIOException e) {
            return UNKNOWN;
        }
    }

    private static String output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 && !text.isEmpty() ? text : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }
}
