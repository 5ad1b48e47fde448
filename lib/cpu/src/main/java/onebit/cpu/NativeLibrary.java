package onebit.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.data.UserCache;
import onebit.engine.Platform;
import onebit.run.AtomicFile;
import onebit.run.UserError;

/**
 * oneDNN as it comes in its Maven artifact: the shared libraries are resources of a jar on this class's loader, and
 * are unpacked once into the user's cache.
 */
final class NativeLibrary {

    private static final String VERSION = "3.13-1.5.14";

    private static final String PLATFORM = Platform.current().name();

    private NativeLibrary() {}

    /** Names of the files wanted, the library itself last. */
    private static List<String> files() {
        return switch (PLATFORM) {
            case "macosx-arm64" -> List.of("libomp.dylib", "libdnnl.3.dylib");
            case "windows-x86_64" -> List.of("dnnl.dll");
            default -> List.of("libgomp.so.1", "libdnnl.so.3");
        };
    }

    /** The system's library of OpenMP, where oneDNN comes without one. */
    static Optional<String> systemOpenMp() {
        return PLATFORM.startsWith("windows") ? Optional.of("vcomp140") : Optional.empty();
    }

    /**
     * Paths of the libraries, in the order in which to load them; unpacks what is not there yet.
     *
     * @throws UserError                     if they cannot be written
     * @throws UnsupportedOperationException if the artifact is not there for this platform
     */
    static List<Path> unpack() {
        String resources = "org/bytedeco/dnnl/" + PLATFORM + "/";
        Path folder = UserCache.folder().resolve("natives").resolve("dnnl-" + VERSION + "-" + PLATFORM);
        try {
            Files.createDirectories(folder);
            List<Path> paths = new java.util.ArrayList<>();
            for (String file : files()) {
                try (InputStream in = NativeLibrary.class.getClassLoader().getResourceAsStream(resources + file)) {
                    if (in == null && !file.contains("dnnl")) continue;
                    if (in == null)
                        throw new UnsupportedOperationException("The cpu engine needs oneDNN's native library for " + PLATFORM
                            + " (org.bytedeco:dnnl:" + VERSION + "), which is not on its class path.");
                    paths.add(place(in, folder.resolve(file)));
                }
            }
            return paths;
        } catch (IOException e) {
            throw new UserError(AtomicFile.cannotWrite(folder, e).getMessage()
                + " The cpu engine unpacks oneDNN there; set ONEBIT_CACHE to a folder that can be written.", e);
        }
    }

    /** A library that is there was published whole; two processes may both do it. */
    private static Path place(InputStream in, Path target) throws IOException {
        if (!Files.exists(target)) AtomicFile.write(target, in::transferTo);
        if (!Files.isReadable(target)) throw new AccessDeniedException(target.toString());
        return target;
    }
}
