package onebit.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import jdk.incubator.vector.FloatVector;

/**
 * What the processor can do, as far as the engine asks.
 *
 * @param name vector instructions, for people
 * @param bf16 whether products of bf16 values are instructions of their own
 */
record CpuFeatures(String name, boolean bf16) {

    /** From the kernel's list of flags where there is one (Linux), else from the JVM's vector length. */
    static CpuFeatures detect() {
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

    static CpuFeatures of(Set<String> flags) {
        boolean bf16 = flags.contains("avx512_bf16") || flags.contains("amx_bf16") || flags.contains("bf16");
        String vectors = flags.contains("avx512bw") ? "AVX-512" : flags.contains("avx2") ? "AVX2" : flags.contains("asimd") ? "NEON" : "SSE";
        return new CpuFeatures(vectors, bf16 && !vectors.equals("AVX2") && !vectors.equals("SSE"));
    }

    private static CpuFeatures unknown() {
        return new CpuFeatures(FloatVector.SPECIES_PREFERRED.vectorBitSize() + "-bit vectors ("
            + System.getProperty("os.arch").toLowerCase(Locale.ROOT) + ")", false);
    }
}
