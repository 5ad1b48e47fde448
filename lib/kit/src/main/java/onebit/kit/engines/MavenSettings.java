package onebit.kit.engines;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import onebit.engine.Platform;
import onebit.run.UserError;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.apache.maven.settings.Mirror;
import org.apache.maven.settings.Profile;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Repository;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.apache.maven.settings.building.SettingsProblem;
import org.apache.maven.settings.crypto.DefaultSettingsDecrypter;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.codehaus.plexus.util.xml.pull.XmlPullParserException;
import org.eclipse.aether.RepositorySystemSession.SessionBuilder;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.util.repository.AuthenticationBuilder;
import org.eclipse.aether.util.repository.DefaultAuthenticationSelector;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;
import org.eclipse.aether.util.repository.DefaultProxySelector;
import org.sonatype.plexus.components.cipher.DefaultPlexusCipher;
import org.sonatype.plexus.components.sec.dispatcher.DefaultSecDispatcher;

/**
 * The user's Maven settings, so that engines come from where the user's builds come from: local repository, mirrors,
 * proxies, passwords, offline mode and the repositories of profiles that are named active or are by default. Other settings, such
 * as headers of requests or the options in {@code MAVEN_OPTS}, are not looked at.
 */
public final class MavenSettings {

    private final Settings settings;
    private final List<String> problems;

    private MavenSettings(Settings settings, List<String> problems) {
        this.settings = settings;
        this.problems = problems;
    }

    /** {@code ~/.m2/settings.xml} over the settings of the installed Maven, each only if it is there. */
    public static MavenSettings ofUser() {
        return read(Path.of(System.getProperty("user.home"), ".m2", "settings.xml"), installed());
    }

    /**
     * @param user   settings file of the user; may be missing
     * @param global settings file of the Maven installation, if there is one
     * @throws UserError if one is there but cannot be read
     */
    public static MavenSettings read(Path user, Optional<Path> global) {
        DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
        request.setUserSettingsFile(user.toFile());
        global.ifPresent(file -> request.setGlobalSettingsFile(file.toFile()));
        Properties properties = new Properties();
        properties.putAll(System.getProperties());
        System.getenv().forEach((name, value) -> properties.setProperty("env." + name, value));
        request.setSystemProperties(properties);
        try {
            Settings settings = new DefaultSettingsBuilderFactory().newInstance().build(request).getEffectiveSettings();
            return new MavenSettings(settings, decrypt(settings));
        } catch (SettingsBuildingException e) {
            throw new UserError("Your Maven settings cannot be read: " + e.getProblems().getFirst().getMessage()
                + " Mend " + user + ".", e);
        }
    }

    /** What could not be decrypted stays as it is; tells of it. */
    private static List<String> decrypt(Settings settings) {
        DefaultSecDispatcher dispatcher = new DefaultSecDispatcher(new DefaultPlexusCipher(), Map.of(), "~/.m2/settings-security.xml");
        SettingsDecryptionResult result =
            new DefaultSettingsDecrypter(dispatcher).decrypt(new DefaultSettingsDecryptionRequest(settings));
        settings.setServers(result.getServers());
        settings.setProxies(result.getProxies());
        return result.getProblems().stream().map(SettingsProblem::getMessage).toList();
    }

    /** Passwords that could not be decrypted, and why: whether any of them is needed, the servers know. */
    List<String> problems() {
        return problems;
    }

    /** Settings of the Maven that {@code mvn} starts: beside its real place, or under M2_HOME or MAVEN_HOME. */
    private static Optional<Path> installed() {
        List<Path> homes = new ArrayList<>();
        for (String variable : List.of("MAVEN_HOME", "M2_HOME")) homes.addAll(Platform.folders(System.getenv(), variable));
        for (Path folder : Platform.folders(System.getenv(), "PATH")) {
            Path mvn = folder.resolve("mvn");
            if (!Files.isExecutable(mvn)) continue;
            try {
                homes.add(mvn.toRealPath().getParent().getParent());
            } catch (IOException e) {
                continue; // a link to nowhere: not an installation
            }
        }
        return homes.stream().map(home -> home.resolve("conf").resolve("settings.xml")).filter(Files::isRegularFile).findFirst();
    }

    /** Where artifacts lie on this machine: {@code -Dmaven.repo.local}, the settings', or {@code ~/.m2/repository}. */
    public Path localRepository() {
        String folder = System.getProperty("maven.repo.local", settings.getLocalRepository());
        return folder == null || folder.isBlank() ? Path.of(System.getProperty("user.home"), ".m2", "repository") : Path.of(folder);
    }

    boolean offline() {
        return settings.isOffline();
    }

    /** Repositories to ask, before mirrors: those of active profiles, then Maven Central. */
    List<RemoteRepository> repositories() {
        List<RemoteRepository> repositories = new ArrayList<>();
        for (Profile profile : settings.getProfiles()) {
            boolean active = settings.getActiveProfiles().contains(profile.getId())
                || profile.getActivation() != null && profile.getActivation().isActiveByDefault();
            if (!active) continue;
            for (Repository r : profile.getRepositories())
                repositories.add(new RemoteRepository.Builder(r.getId(), "default", r.getUrl()).build());
        }
        for (org.apache.maven.model.Repository r : repositoriesOfEveryProject())
            if (repositories.stream().noneMatch(known -> known.getId().equals(r.getId())))
                repositories.add(new RemoteRepository.Builder(r.getId(), "default", r.getUrl()).build());
        return repositories;
    }

    /** What Maven's own super POM names: Maven Central. */
    private static List<org.apache.maven.model.Repository> repositoriesOfEveryProject() {
        try (InputStream superPom = MavenXpp3Reader.class.getResourceAsStream("/org/apache/maven/model/pom-4.0.0.xml")) {
            if (superPom == null) throw new IllegalStateException("Maven's super POM is not on the class path.");
            return new MavenXpp3Reader().read(superPom).getRepositories();
        } catch (IOException | XmlPullParserException e) {
            throw new IllegalStateException("Maven's super POM cannot be read.", e);
        }
    }

    void configure(SessionBuilder session) {
        DefaultMirrorSelector mirrors = new DefaultMirrorSelector();
        for (Mirror m : settings.getMirrors())
            mirrors.add(m.getId(), m.getUrl(), m.getLayout(), false, m.isBlocked(), m.getMirrorOf(), m.getMirrorOfLayouts());
        DefaultProxySelector proxies = new DefaultProxySelector();
        for (Proxy p : settings.getProxies()) {
            if (!p.isActive()) continue;
            AuthenticationBuilder login = new AuthenticationBuilder().addUsername(p.getUsername()).addPassword(p.getPassword());
            proxies.add(new org.eclipse.aether.repository.Proxy(p.getProtocol(), p.getHost(), p.getPort(), login.build()), p.getNonProxyHosts());
        }
        DefaultAuthenticationSelector logins = new DefaultAuthenticationSelector();
        for (Server s : settings.getServers())
            logins.add(s.getId(), new AuthenticationBuilder().addUsername(s.getUsername()).addPassword(s.getPassword())
                .addPrivateKey(s.getPrivateKey(), s.getPassphrase()).build());
        session.setMirrorSelector(mirrors).setProxySelector(proxies).setAuthenticationSelector(logins).setOffline(offline());
    }
}
