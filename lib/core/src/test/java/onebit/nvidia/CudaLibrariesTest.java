package onebit.nvidia;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {

    @TempDir
    Path root;

    private Path file(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void areFoundInEveryPlaceWhereTheyAreInstalledTheNearestFirst() throws IOException {
        List<Path> expected = List.of(file("own/libx.so.13"), file("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libx.so.13"),
            file("python/lib/python3.13/site-packages/nvidia/cudnn/lib/libx.so.13"), file("home/.local/lib/python3.11/site-packages/nvidia/nccl/lib/libx.so.13"),
            file("usr/local/lib/python3.12/dist-packages/nvidia/cudnn/lib/libx.so.13"),
            file("toolkit/lib64/libx.so.13"), file("usr/local/cuda-13.1/extras/CUPTI/lib64/libx.so.13"), file("usr/lib/x86_64-linux-gnu/libx.so.13"));
        file("python/bin/python3");
        Map<String, String> environment = Map.of("LD_LIBRARY_PATH", root.resolve("own") + ":" + root.resolve("gone") + "::no\0path", "VIRTUAL_ENV", root.resolve("venv").toString(),
            "PATH", root.resolve("no") + ":" + root.resolve("python/bin"), "CUDA_HOME", root.resolve("toolkit").toString());

        for (Path nearest : expected) {
            assertEquals(Optional.of(nearest), CudaLibraries.of(environment, root, root.resolve("home")).find("libx.so.13"));
            Files.delete(nearest);
        }
        assertEquals(Optional.empty(), CudaLibraries.of(environment, root, root.resolve("home")).find("libx.so.13"));
    }

    @Test
    void aMachineWithoutAnyHasNone() {
        assertEquals(new CudaLibraries(List.of()), CudaLibraries.of(Map.of(), root, root.resolve("home")));
    }
}
