package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import onebit.data.Progress;
import onebit.engine.CpuFeatures;
import onebit.engine.Device;
import onebit.engine.Engine;
import onebit.engine.Platform;
import onebit.kit.Installation;
import onebit.kit.engines.EngineCandidate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "engines", description = "What this machine can run, on which device and at which precision; what not, and why. Downloads nothing, unless asked to.")
public final class EnginesCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Option(names = "--fetch", paramLabel = "NAME", completionCandidates = Names.NamedEngines.class,
        description = "Fetch what this engine needs on --device now, for a machine or a time without a network.")
    String fetch;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu", completionCandidates = Names.Devices.class,
        description = "With --fetch: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Device device;

    @Option(names = "--processor", paramLabel = "VECTORS", completionCandidates = Names.Processors.class,
        description = "With --fetch: for a processor with these vector instructions, ${COMPLETION-CANDIDATES} (default: this machine's). Some engines have a library for each.")
    CpuFeatures processor;

    @Option(names = "--into", paramLabel = "DIR", description = "With --fetch: copy it into this local Maven repository, to be taken elsewhere.")
    Path repository;

    @Override
    public Integer call() {
        if (fetch == null) {
            Usage.check(spec, this::requireNothingOfFetch);
            list();
        } else {
            fetch();
        }
        return 0;
    }

    private void requireNothingOfFetch() {
        for (String option : List.of("--device", "--processor", "--into"))
            if (spec.commandLine().getParseResult().hasMatchedOption(option))
                throw new IllegalArgumentException(option + " says what to fetch; give --fetch NAME with it.");
    }

    private void fetch() {
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            EngineCandidate engine = Usage.of(spec, () -> Installation.current().engines(display).byName(fetch));
            String machines = engine.fetch(device, processor == null ? CpuFeatures.detect() : processor, Optional.ofNullable(repository));
            display.say("What the engine '" + engine.name() + "' needs on " + device.label() + " is here, for " + machines + ".");
        }
    }

    private void list() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("This machine is " + Platform.current() + " with " + Runtime.getRuntime().availableProcessors()
            + " processors. Of each device, the engine and precision that come first are what 'auto' takes; the device is the CPU unless --device says cuda.");
        for (EngineCandidate engine : Installation.current().engines(Progress.NONE).candidates()) {
            out.println();
            out.println(engine.name() + (engine.summary().isBlank() ? "" : ": " + engine.summary()));
            for (Engine.Mode mode : engine.modes())
                out.printf("  %-4s  %-8s  %-3s  %s%n", mode.device().label(), mode.precision().label(), mode.available() ? "yes" : "no",
                    mode.note() + (mode.available() && !engine.automatic(mode.device()) ? "; with --engine " + engine.name() + " only, not by auto" : ""));
        }
        out.flush();
    }
}
