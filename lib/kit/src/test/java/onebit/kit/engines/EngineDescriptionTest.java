package onebit.kit.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine's description makes of a machine. */
class EngineDescriptionTest {

    private static final Platform LINUX = new Platform("linux-x86_64");

    @TempDir
    Path folder;

    @Test
    void jarsFollowThePlatformAndTheProcessor() throws IOException {
        EngineDescription description = EngineDescription.in(EngineJar.write(folder, "probe", true, """
            libraries.shared=a:classes:1
            libraries=a:natives:jar:${platform}${processor}:1
            processor.AVX-512=-wide
            processor.AVX2=-narrow
            libraries.cuda=a:cuda:jar:${platform}:1""")).orElseThrow();
        assertEquals(List.of("a:classes:1", "a:natives:jar:linux-x86_64-wide:1"), jars(description, Device.CPU, Set.of("avx512bw", "avx2")));
        assertEquals(List.of("a:classes:1", "a:natives:jar:linux-x86_64-narrow:1"), jars(description, Device.CPU, Set.of("avx2")));
        assertEquals(List.of("a:classes:1", "a:natives:jar:linux-x86_64:1"), jars(description, Device.CPU, Set.of("asimd")));
        assertEquals(List.of("a:classes:1", "a:cuda:jar:linux-x86_64:1"), jars(description, Device.CUDA, Set.of("avx2")));
    }

    private static List<String> jars(EngineDescription description, Device device, Set<String> flags) {
        return description.libraries().get(device).on(LINUX, CpuFeatures.of("", flags));
    }
}
