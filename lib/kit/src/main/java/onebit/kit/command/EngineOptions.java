package onebit.kit.command;

import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Device;
import onebit.kit.Installation;
import onebit.kit.engines.EngineChoice;
import onebit.kit.engines.EngineResolver;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What runs it, and how exactly. */
final class EngineOptions {

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "auto", completionCandidates = Names.Engines.class,
        description = "auto, or an engine that 'onebit engines' lists (default: ${DEFAULT-VALUE}).")
    String engine;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", completionCandidates = Names.Devices.class,
        description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). cuda, an NVIDIA GPU, needs an engine for it, whose libraries are large.")
    Device device;

    @Option(names = "--precision", paramLabel = "PRECISION", defaultValue = "auto", completionCandidates = Names.Precisions.class,
        description = "${COMPLETION-CANDIDATES} (default: auto, the engine's first that this machine has).")
    String precision;

    @Option(names = "--algorithm", paramLabel = "ALGORITHM", defaultValue = "auto", completionCandidates = Names.Algorithms.class, hidden = true,
        description = "Convolutions: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, the engine's choice layer by layer).")
    ConvolutionAlgorithm algorithm;

    /** Chooses, and says on standard error what was chosen and why. */
    EngineChoice choose(CommandSpec spec, ProgressDisplay display) {
        EngineResolver resolver = Installation.current().engines(display);
        Usage.check(spec, () -> resolver.check(engine, precision));
        EngineChoice choice = resolver.choose(engine, device, precision);
        display.say("Engine " + choice.explanation() + ".");
        return choice;
    }
}
