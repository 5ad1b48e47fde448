package onebit.nvidia;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import onebit.engine.Platform;

/**
 * Where CUDA's libraries lie on a Linux machine: in the folders of LD_LIBRARY_PATH; in the Python environment that is
 * active, or belongs to the {@code python3} on the PATH, as NVIDIA's packages put them there; in a CUDA toolkit's folder; in
 * the system's.
 *
 * @param folders that exist, in this order
 */
public record CudaLibraries(List<Path> folders) {

    /** Of this machine. */
    public static CudaLibraries here() {
        return of(System.getenv(), Path.of("/"), Path.of(System.getProperty("user.home")));
    }

    static CudaLibraries of(Map<String, String> environment, Path root, Path home) {
        Set<Path> folders = new LinkedHashSet<>();
        Platform.folders(environment, "LD_LIBRARY_PATH").forEach(folders::add);
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX"))
            for (Path prefix : Platform.folders(environment, variable)) {
                addPackages(prefix, folders);
                folders.add(prefix.resolve("lib"));
            }
        for (Path bin : Platform.folders(environment, "PATH"))
            if (Files.exists(bin.resolve("python3")) && bin.getParent() != null) addPackages(bin.getParent(), folders);
        addPackages(home.resolve(".local"), folders);
        addPackages(root.resolve("usr/local"), folders);
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) Platform.folders(environment, variable).forEach(toolkit -> addToolkit(toolkit, folders));
        matches(root.resolve("usr/local"), "cuda*").forEach(toolkit -> addToolkit(toolkit, folders));
        addToolkit(root.resolve("opt/cuda"), folders);
        for (String folder : List.of("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64", "usr/lib", "usr/local/lib"))
            folders.add(root.resolve(folder));
        return new CudaLibraries(folders.stream().filter(Files::isDirectory).toList());
    }

    /** @param name of a library's file: {@code libcudart.so.13} */
    public Optional<Path> find(String name) {
        return folders.stream().map(folder -> folder.resolve(name)).filter(Files::exists).findFirst();
    }

    /** Of a Python installation: NVIDIA's packages are {@code nvidia/WHICH/lib} among its packages. */
    private static void addPackages(Path prefix, Set<Path> folders) {
        for (Path python : matches(prefix.resolve("lib"), "python3*"))
            for (String packages : List.of("site-packages", "dist-packages"))
                for (Path which : matches(python.resolve(packages).resolve("nvidia"), "*")) folders.add(which.resolve("lib"));
    }

    private static void addToolkit(Path toolkit, Set<Path> folders) {
        folders.add(toolkit.resolve("lib64"));
        folders.add(toolkit.resolve("extras/CUPTI/lib64"));
    }

    /** None where the folder cannot be read: what this user may not see, this user's program cannot load. */
    private static List<Path> matches(Path folder, String pattern) {
        if (!Files.isDirectory(folder)) return List.of();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
            List<Path> paths = new ArrayList<>();
            found.forEach(paths::add);
            paths.sort(null);
            return paths;
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
    }
}
