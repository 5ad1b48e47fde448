package onebit.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.incubator.vector.FloatVector;

/**
 * What the processor can do, as far as engines ask.
 *
 * @param name vector instructions: {@code AVX-512}, {@code AVX2}, {@code SSE} or {@code NEON}
 * @param bf16 whether products of bf16 values are instructions of their own, with AVX-512 or AMX. ARM's do not count: oneDNN
 *             has plain loops for bf16's gradients there
 * @param bf16Faster whether these take less time than products of float32. On Intel's processors AVX-512's do not, AMX's do
 */
public record CpuFeatures(String name, boolean bf16, boolean bf16Faster) {

    /** Names of processors on x86-64, the widest vectors first. */
    public static final List<String> X86 = List.of("AVX-512", "AVX2", "SSE");

    private static final String INTEL = "GenuineIntel";

    /** From what the kernel says of the first processor where it does (Linux), else from the JVM's vector length, which tells nothing of bf16. */
    public static CpuFeatures detect() {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) return unknown();
        try (var lines = Files.lines(info)) {
            Map<String, String> first = lines.takeWhile(line -> !line.isBlank()).map(line -> line.split(":", 2)).filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0].strip(), pair -> pair[1].strip(), (one, another) -> one));
            String flags = first.getOrDefault("flags", first.getOrDefault("Features", "")); // so called on ARM
            return flags.isEmpty() ? unknown() : of(first.getOrDefault("vendor_id", ""), Set.of(flags.split("\\s+")));
        } catch (IOException | UncheckedIOException e) { // unchecked: bytes that are no text
            return unknown();
        }
    }

    /**
     * @param vendor as Linux names it
     * @param flags as Linux lists them
     */
    public static CpuFeatures of(String vendor, Set<String> flags) {
        String vectors = flags.contains("avx512bw") ? "AVX-512" : flags.contains("avx2") ? "AVX2" : flags.contains("asimd") ? "NEON" : "SSE";
        boolean amx = flags.contains("amx_bf16");
        boolean bf16 = vectors.equals("AVX-512") && (amx || flags.contains("avx512_bf16"));
        return new CpuFeatures(vectors, bf16, bf16 && (amx || !vendor.equals(INTEL)));
    }

    /**
     * Another x86-64 processor than this machine's, of which no more is known than its vectors.
     *
     * @throws IllegalArgumentException if the name is none of {@link #X86}
     */
    public static CpuFeatures named(String name) {
        if (!X86.contains(name)) throw new IllegalArgumentException("There is no processor '" + name + "'; there are " + String.join(", ", X86) + ".");
        return new CpuFeatures(name, false, false);
    }

    private static CpuFeatures unknown() {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (processor.equals("aarch64") || processor.equals("arm64")) return new CpuFeatures("NEON", false, false);
        int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        return new CpuFeatures(bits >= 512 ? "AVX-512" : bits >= 256 ? "AVX2" : "SSE", false, false);
    }
}
