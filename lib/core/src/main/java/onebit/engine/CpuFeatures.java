package onebit.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jdk.incubator.vector.FloatVector;

/**
 * What the processor can do, as far as engines ask.
 *
 * @param name vector instructions: {@code AVX-512}, {@code AVX2}, {@code SSE} or {@code NEON}
 * @param bf16 whether products of bf16 values are instructions of their own, with AVX-512 or AMX. ARM's do not count: oneDNN
 *             has plain loops for bf16's gradients there
 */
public record CpuFeatures(String name, boolean bf16) {

    /** Names of processors on x86-64, the widest vectors first. */
    public static final List<String> X86 = List.of("AVX-512", "AVX2", "SSE");

    /** From the kernel's list of flags where there is one (Linux), else from the JVM's vector length, which tells nothing of bf16. */
    public static CpuFeatures detect() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (var lines = Files.lines(info)) {
                return lines.filter(l -> l.startsWith("flags") || l.startsWith("Features")).findFirst()
                    .map(l -> of(Set.of(l.substring(l.indexOf(':') + 1).strip().split("\\s+")))).orElseGet(CpuFeatures::unknown);
            } catch (IOException e) {
                return unknown();
            }
        }
        return unknown();
    }

    /** @param flags as Linux lists them */
    public static CpuFeatures of(Set<String> flags) {
        boolean bf16 = flags.contains("avx512_bf16") || flags.contains("amx_bf16");
        String vectors = flags.contains("avx512bw") ? "AVX-512" : flags.contains("avx2") ? "AVX2" : flags.contains("asimd") ? "NEON" : "SSE";
        return new CpuFeatures(vectors, bf16 && vectors.equals("AVX-512"));
    }

    /**
     * Another x86-64 processor than this machine's, of which no more is known than its vectors.
     *
     * @throws IllegalArgumentException if the name is none of {@link #X86}
     */
    public static CpuFeatures named(String name) {
        if (!X86.contains(name)) throw new IllegalArgumentException("There is no processor '" + name + "'; there are " + String.join(", ", X86) + ".");
        return new CpuFeatures(name, false);
    }

    private static CpuFeatures unknown() {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (processor.equals("aarch64") || processor.equals("arm64")) return new CpuFeatures("NEON", false);
        int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        return new CpuFeatures(bits >= 512 ? "AVX-512" : bits >= 256 ? "AVX2" : "SSE", false);
    }
}
