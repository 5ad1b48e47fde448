package onebit.kit.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Execution;
import onebit.engine.Platform;
import onebit.engine.Precision;
import onebit.model.ModelFormat;
import onebit.run.AtomicFile;
import onebit.run.UserError;

/**
 * Finds engines: those of the program itself, and jars with an {@link EngineDescription} in the engines' folder. To list
 * them downloads nothing; to choose one fetches what it needs, once.
 */
public final class EngineResolver {

    private final List<EngineCandidate> candidates;

    /**
     * @param folder    of engine jars; may be missing
     * @param platform  to resolve native libraries for
     * @param artifacts where these come from
     */
    public EngineResolver(Path folder, Platform platform, NativeArtifacts artifacts) {
        Map<String, EngineCandidate> byName = new LinkedHashMap<>();
        for (Path jar : jars(folder))
            EngineDescription.in(jar).ifPresent(d -> byName.putIfAbsent(d.name(), new PackagedEngine(d, jar, platform, artifacts)));
        for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader()))
            byName.putIfAbsent(engine.name(), new BuiltInEngine(engine));
        candidates = byName.values().stream()
            .sorted(Comparator.comparingInt(EngineCandidate::preference).reversed().thenComparing(EngineCandidate::name)).toList();
    }

    private static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UserError("The engines' folder " + folder + " cannot be read: " + AtomicFile.reason(e) + ".", e);
        }
    }

    /** All engines, the one to prefer first. */
    public List<EngineCandidate> candidates() {
        return candidates;
    }

    /**
     * A file format that an engine brings under its own name; fetches what it needs, for the CPU.
     *
     * @throws UserError if there is no such engine, or it has no format
     */
    public ModelFormat modelFormat(String name) {
        ClassLoader loader = byName(name).open(Device.CPU).getClass().getClassLoader();
        return ServiceLoader.load(ModelFormat.class, loader).stream().map(ServiceLoader.Provider::get).filter(f -> f.name().equals(name)).findFirst()
            .orElseThrow(() -> new UserError("The engine '" + name + "' has no file format of its own."));
    }

    /**
     * Checks that there are an engine and a precision of these names, or {@code auto}; whether they can be had here is
     * {@link #choose}'s to say.
     *
     * @throws UserError listing the names that there are
     */
    public void check(String engine, String precision) {
        if (!engine.equals("auto")) byName(engine, Stream.of("auto"));
        if (!precision.equals("auto")) precision(precision);
    }

    /**
     * What a run goes on by that was begun before: what is left open is as the run was begun, as far as this machine and an engine
     * that was asked for have that, and else as for a new run.
     *
     * @param device empty if it is left open
     * @throws UserError if there is none such, saying why
     */
    public EngineChoice choose(String engine, Optional<Device> device, String precision, Execution begun) {
        String sameEngine = engine.equals("auto") ? begun.engine() : engine, samePrecision = precision.equals("auto") ? begun.precision().label() : precision;
        Device sameDevice = device.orElse(begun.device()), orElse = device.orElse(Device.CPU);
        if (can(sameEngine, sameDevice, samePrecision)) return choose(sameEngine, sameDevice, samePrecision);
        if (can(sameEngine, sameDevice, precision)) return choose(sameEngine, sameDevice, precision);
        if (can(engine, orElse, samePrecision)) return choose(engine, orElse, samePrecision);
        return choose(engine, orElse, precision);
    }

    private boolean can(String engine, Device device, String precision) {
        Wish wish = Wish.of(device, precision);
        return candidates.stream().filter(c -> engine.equals("auto") ? c.automatic(device) : c.name().equals(engine))
            .anyMatch(c -> c.modes().stream().anyMatch(wish::granted));
    }

    /**
     * An engine by name, or for {@code auto} the first that can run on the device and need not be asked for
     * ({@link EngineCandidate#automatic}); at the wanted precision, or for {@code auto} at the first that the engine has there.
     *
     * @throws UserError if there is none such, or what it needs cannot be had, saying why, and for {@code auto} why it was none before
     */
    public EngineChoice choose(String engine, Device device, String precision) {
        Wish wish = Wish.of(device, precision);
        if (!engine.equals("auto")) return choose(byName(engine, Stream.of("auto")), wish);
        List<String> refusals = new ArrayList<>();
        for (EngineCandidate candidate : candidates) {
            List<Engine.Mode> modes = candidate.modes();
            Optional<Engine.Mode> mode = modes.stream().filter(wish::granted).findFirst();
            if (mode.isPresent() && candidate.automatic(device)) return choice(candidate, mode.get(), refusals, unused(device));
            refusals.add(candidate.name() + ": " + (mode.isEmpty() ? wish.refusal(modes)
                : "it can (" + mode.get().note() + "), but is taken with --engine " + candidate.name() + " only"));
        }
        throw new UserError(candidates.isEmpty() ? "There is no engine. Build the project again (make build)."
            : "No engine can run" + wish + " on this machine; " + String.join("; ", refusals) + ".");
    }

    private static EngineChoice choose(EngineCandidate candidate, Wish wish) {
        List<Engine.Mode> modes = candidate.modes();
        Optional<Engine.Mode> mode = modes.stream().filter(wish::granted).findFirst();
        if (mode.isPresent()) return choice(candidate, mode.get(), List.of(), "");
        String can = modes.stream().filter(Engine.Mode::available).map(m -> m.precision().label() + " on " + m.device().label()).collect(Collectors.joining(", "));
        throw new UserError("The engine '" + candidate.name() + "' cannot run" + wish + " on this machine: "
            + wish.refusal(modes) + "." + (can.isEmpty() ? " Use --engine reference, or another machine." : " It can run in " + can + "."));
    }

    /** @param refusals of the engines that would have come before */
    private static EngineChoice choice(EngineCandidate candidate, Engine.Mode mode, List<String> refusals, String remark) {
        String not = refusals.isEmpty() ? "" : "; not " + String.join("; not ", refusals);
        String line = candidate.name() + (mode.device() == Device.CPU ? "" : " on " + mode.device().label()) + ", " + mode.precision().label()
            + (mode.note().isBlank() ? "" : " (" + mode.note() + ")") + not + remark;
        try {
            return new EngineChoice(candidate.open(mode.device()), mode.device(), mode.precision(), 0, line);
        } catch (UserError e) {
            throw refusals.isEmpty() ? e : new UserError(e.getMessage() + " (It was to be " + candidate.name() + not + ".)", e);
        }
    }

    /** That a GPU lies idle, if the CPU was asked for and an engine could use one. */
    private String unused(Device device) {
        if (device != Device.CPU) return "";
        for (EngineCandidate candidate : candidates)
            for (Engine.Mode mode : candidate.modes())
                if (mode.available() && mode.device() != Device.CPU)
                    return "; " + (candidate.automatic(mode.device()) ? "" : "--engine " + candidate.name() + " ") + "--device " + mode.device().label()
                        + " would take " + candidate.name() + " (" + mode.note() + ")";
        return "";
    }

    /** What was asked of an engine. */
    private record Wish(Device device, Optional<Precision> precision) {

        static Wish of(Device device, String precision) {
            return new Wish(device, precision.equals("auto") ? Optional.empty() : Optional.of(EngineResolver.precision(precision)));
        }

        boolean granted(Engine.Mode mode) {
            return mode.available() && asks(mode);
        }

        private boolean asks(Engine.Mode mode) {
            return mode.device() == device && (precision.isEmpty() || precision.get() == mode.precision());
        }

        /** Why an engine with these modes has nothing of the kind. */
        String refusal(List<Engine.Mode> modes) {
            List<Engine.Mode> there = modes.stream().filter(m -> m.device() == device).toList();
            if (there.isEmpty()) return "it has only " + modes.stream().map(m -> m.device().label()).distinct().collect(Collectors.joining(", "));
            List<Engine.Mode> asked = there.stream().filter(this::asks).toList();
            if (asked.isEmpty()) return "it has only " + there.stream().map(m -> m.precision().label()).collect(Collectors.joining(", "));
            return asked.stream().map(Engine.Mode::note).distinct().collect(Collectors.joining(", "));
        }

        @Override
        public String toString() {
            return precision.map(p -> " in " + p.label()).orElse("") + (device == Device.CPU ? "" : " on " + device.label());
        }
    }

    /**
     * @throws UserError listing the names that there are, if this is none
     */
    public EngineCandidate byName(String name) {
        return byName(name, Stream.of());
    }

    /** @param others names that could have been given, too */
    private EngineCandidate byName(String name, Stream<String> others) {
        return candidates.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow(() -> new UserError("There is no engine '" + name
            + "'; there are " + Stream.concat(others, candidates.stream().map(EngineCandidate::name)).collect(Collectors.joining(", "))
            + ". 'onebit engines' says what each can do."));
    }

    private static Precision precision(String label) {
        try {
            return Precision.of(label);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
