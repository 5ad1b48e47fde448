package onebit.kit.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import onebit.data.Progress;
import onebit.run.AtomicFile;
import onebit.run.UserError;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession.CloseableSession;
import org.eclipse.aether.RepositorySystemSession.SessionBuilder;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.supplier.SessionBuilderSupplier;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.RepositoryOfflineException;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.util.repository.SimpleResolutionErrorPolicy;

/**
 * The jars that engines need, of classes and of native libraries, from the user's Maven repositories. What the local
 * repository holds is taken without a look at the network, if it is a whole jar; what is fetched must have its checksum. All
 * is put in place whole or not at all.
 */
public final class NativeArtifacts {

    private final Supplier<MavenSettings> settings;
    private final Progress progress;

    /** @param settings asked when something is to be resolved, and not before */
    public NativeArtifacts(Supplier<MavenSettings> settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * The jars with these coordinates, alone: what their own poms depend on is not wanted. If one is to be fetched, says
     * before what for and how large all are.
     *
     * @param user        who needs them, for people
     * @param coordinates {@code group:artifact:version} or {@code group:artifact:extension:classifier:version} each
     * @param megabytes   of all together; 0 is not told
     * @return the files, in the same order
     * @throws UserError saying which is missing, or no whole jar, and what to do
     */
    public List<Path> resolve(String user, List<String> coordinates, int megabytes) {
        if (coordinates.isEmpty()) return List.of();
        MavenSettings maven = settings.get();
        List<Path> places = coordinates.stream().map(c -> place(maven.localRepository(), new DefaultArtifact(c))).toList();
        long missing = places.stream().filter(p -> !Files.isRegularFile(p)).count();
        if (missing == 0) return whole(places);
        if (megabytes > 0)
            progress.say(String.format(Locale.ROOT, "For %s, %d of %d files (%,d MB all together) are fetched once and kept in %s.", user, missing, places.size(),
                megabytes, maven.localRepository()));
        return whole(fetch(coordinates, maven));
    }

    /** Whether the files are zips to their end is seen by their lists of entries, which are there. */
    private static List<Path> whole(List<Path> jars) {
        for (Path jar : jars)
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                if (zip.size() == 0) throw new ZipException("it is empty");
            } catch (IOException e) {
                throw new UserError("The library " + jar + " is no whole jar (" + e.getMessage() + "). Delete it and run this again, and it is fetched anew.", e);
            }
        return jars;
    }

    /**
     * Copies files with these coordinates into another local repository.
     *
     * @throws UserError naming the one that cannot be written
     */
    static void copy(List<String> coordinates, List<Path> files, Path repository) {
        for (int i = 0; i < files.size(); i++) {
            Path place = place(repository, new DefaultArtifact(coordinates.get(i)));
            Path file = files.get(i);
            AtomicFile.write(place, out -> Files.copy(file, out));
        }
    }

    /** Where a local repository keeps an artifact; to look there saves the start of Maven Resolver, half a second. */
    private static Path place(Path repository, Artifact a) {
        return repository.resolve(a.getGroupId().replace('.', '/')).resolve(a.getArtifactId()).resolve(a.getVersion())
            .resolve(a.getArtifactId() + "-" + a.getVersion() + (a.getClassifier().isEmpty() ? "" : "-" + a.getClassifier()) + "." + a.getExtension());
    }

    private List<Path> fetch(List<String> coordinates, MavenSettings maven) {
        try (RepositorySystem system = new RepositorySystemSupplier().get(); CloseableSession session = session(system, maven)) {
            List<RemoteRepository> repositories = system.newResolutionRepositories(session, maven.repositories());
            List<Path> files = new ArrayList<>();
            for (String wanted : coordinates) {
                ArtifactRequest request = new ArtifactRequest(new DefaultArtifact(wanted), repositories, "");
                try {
                    files.add(system.resolveArtifact(session, request).getArtifact().getPath());
                } catch (ArtifactResolutionException e) {
                    throw failure(wanted, repositories, maven, place(maven.localRepository(), request.getArtifact()), e);
                }
            }
            return files;
        }
    }

    private CloseableSession session(RepositorySystem system, MavenSettings maven) {
        SessionBuilder builder = new SessionBuilderSupplier(system).get();
        // "simple": whatever lies in the local repository counts, whichever repository it once came from
        builder.withLocalRepositories(new LocalRepository(maven.localRepository(), "simple"));
        builder.setChecksumPolicy(RepositoryPolicy.CHECKSUM_POLICY_FAIL);
        builder.setResolutionErrorPolicy(new SimpleResolutionErrorPolicy(false, false)); // a failure of yesterday is none today
        builder.setConfigProperty("aether.transport.http.connectTimeout", 20_000);
        builder.setConfigProperty("aether.transport.http.requestTimeout", 60_000); // between two packets, not for the whole
        builder.setTransferListener(new Report(progress));
        maven.configure(builder);
        return builder.build();
    }

    private static UserError failure(String wanted, List<RemoteRepository> repositories, MavenSettings maven, Path place, ArtifactResolutionException e) {
        String remedy = " Connect to the network and run this again, or put the file at " + place + ".";
        if (offline(e))
            return new UserError("The library " + wanted + " is not in the local Maven repository, and your Maven settings say offline."
                + " Allow the network once, or put the file at " + place + ".", e);
        String where = repositories.stream().map(r -> r.getId() + " (" + r.getUrl() + ")").reduce((a, b) -> a + ", " + b).orElse("no repository");
        return new UserError("The library " + wanted + " could not be fetched from " + where + ": " + cause(e.getResult()) + "."
            + (maven.problems().isEmpty() ? "" : " In your Maven settings there are passwords that cannot be decrypted: " + String.join("; ", maven.problems()) + ".")
            + remedy, e);
    }

    private static boolean offline(ArtifactResolutionException e) {
        return e.getResult().getExceptions().stream().anyMatch(x -> x instanceof RepositoryOfflineException || x.getCause() instanceof RepositoryOfflineException);
    }

    /** The innermost reason in a few words: "Connection refused" rather than a page of wrappers. */
    private static String cause(ArtifactResult result) {
        Throwable t = result.getExceptions().isEmpty() ? new IllegalStateException("not found") : result.getExceptions().getLast();
        while (t.getCause() != null && t.getCause() != t) t = t.getCause();
        String message = t.getMessage() == null ? "" : t.getMessage().lines().findFirst().orElse("").strip();
        String reason = switch (t) {
            case java.net.UnknownHostException u -> "the host " + message + " is not known";
            default -> message.isEmpty() ? t.getClass().getSimpleName() : message;
        };
        return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    }

    /** Tells of the files themselves, not of the checksums beside them. */
    private static final class Report extends AbstractTransferListener {
        private final Progress progress;

        Report(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void transferProgressed(TransferEvent event) {
            tell(event, event.getResource().getContentLength());
        }

        @Override
        public void transferSucceeded(TransferEvent event) {
            tell(event, event.getTransferredBytes());
        }

        private void tell(TransferEvent event, long total) {
            String name = event.getResource().getResourceName();
            if (event.getRequestType() != TransferEvent.RequestType.GET || !name.endsWith(".jar")) return;
            progress.update("Downloading " + name.substring(name.lastIndexOf('/') + 1), event.getTransferredBytes(), total, "bytes");
        }
    }
}
