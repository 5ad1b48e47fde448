package onebit.kit.command;

import java.util.Optional;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Device;
import onebit.engine.Execution;
import onebit.kit.Installation;
import onebit.kit.engines.EngineChoice;
import onebit.kit.engines.EngineResolver;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What runs it, and how exactly. */
final class EngineOptions {

    /** The engine that has a choice of algorithms. */
    private static final String CPU = "cpu";

    @Option(names = "--engine", paramLabel = "ENGINE", defaultValue = "auto", completionCandidates = Names.Engines.class,
        description = "auto, or an engine that 'onebit engines' lists (default: ${DEFAULT-VALUE}).")
    String engine;

    @Option(names = "--device", paramLabel = "DEVICE", completionCandidates = Names.Devices.class,
        description = "${COMPLETION-CANDIDATES} (default: cpu). cuda, an NVIDIA GPU, needs an engine for it, whose libraries are large.")
    Device device;

    @Option(names = "--precision", paramLabel = "PRECISION", defaultValue = "auto", completionCandidates = Names.Precisions.class,
        description = "${COMPLETION-CANDIDATES} (default: auto, the engine's first that this machine has).")
    String precision;

    @Option(names = "--algorithm", paramLabel = "ALGORITHM", defaultValue = "auto", completionCandidates = Names.Algorithms.class,
        description = "Of convolutions, on the CPU engine: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, its choice layer by layer).")
    ConvolutionAlgorithm algorithm;

    @Option(names = "--threads", paramLabel = "N", description = "Compute threads (default: the engine's choice).")
    Integer threads;

    Device device() {
        return device == null ? Device.CPU : device;
    }

    /** Of another engine it would be written down and not hold. */
    private void requireAlgorithm(String chosen) {
        if (algorithm != ConvolutionAlgorithm.AUTO && !chosen.equals(CPU))
            throw new IllegalArgumentException("--algorithm " + algorithm.label() + " is for the engine " + CPU + "; the engine " + chosen + " chooses by itself. Leave it out, or give --engine " + CPU + ".");
    }

    /** Chooses, and says on standard error what was chosen and why. */
    EngineChoice choose(CommandSpec spec, ProgressDisplay display) {
        return choose(spec, display, Optional.empty());
    }

    /**
     * The same for a run that may have begun, as {@link EngineResolver#choose(String, Optional, String, Execution)}.
     *
     * @param begun by what the run was begun
     */
    EngineChoice choose(CommandSpec spec, ProgressDisplay display, Optional<Execution> begun) {
        EngineResolver resolver = Installation.current().engines(display);
        Usage.check(spec, () -> {
            resolver.check(engine, precision);
            if (!engine.equals("auto")) requireAlgorithm(engine); // before it is fetched
            if (threads != null) EngineChoice.threads(threads);
        });
        EngineChoice chosen = begun.map(b -> resolver.choose(engine, Optional.ofNullable(device), precision, b))
            .orElseGet(() -> resolver.choose(engine, device(), precision));
        Usage.check(spec, () -> requireAlgorithm(chosen.engine().name()));
        EngineChoice choice = threads == null ? chosen : chosen.withThreads(threads);
        display.say("Engine " + choice.explanation() + ".");
        begun.flatMap(choice::change).ifPresent(display::say);
        return choice;
    }
}
