package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import onebit.engine.Device;
import onebit.kit.Installation;
import onebit.kit.engines.EngineChoice;
import onebit.kit.engines.EngineResolver;
import onebit.kit.gpu.GpuCheck;
import onebit.model.WideResNet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "gpu-check", description = "What to run first on a machine with a GPU: every operation and one step of a network against the CPU, then images a second, "
    + "as one table that is written step by step. Fails if a step is wrong, or the time was not enough for all.")
public final class GpuCheckCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = "auto", completionCandidates = Names.Engines.class,
        description = "auto, or an engine that 'onebit engines' lists (default: ${DEFAULT-VALUE}).")
    String engine;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cuda", completionCandidates = Names.Devices.class,
        description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); cpu, with the engine named, rehearses.")
    Device device;

    @Option(names = "--widths", paramLabel = "N", split = ",", defaultValue = "1,4,10", description = "Of the networks that are timed (default: ${DEFAULT-VALUE}).")
    List<Integer> widths;

    @Option(names = "--minutes", paramLabel = "N", defaultValue = "10", description = "After so many, no further step is begun (default: ${DEFAULT-VALUE}).")
    int minutes;

    @Option(names = "--python", paramLabel = "COMMAND", defaultValue = "python3", description = "A Python that may have PyTorch (default: ${DEFAULT-VALUE}).")
    String python;

    @Option(names = "--out", paramLabel = "FILE", defaultValue = "gpu-check.md", description = "The table (default: ${DEFAULT-VALUE}).")
    Path file;

    @Override
    public Integer call() {
        Usage.check(spec, () -> {
            if (minutes < 1) throw new IllegalArgumentException("--minutes must be 1 or more, not " + minutes + ".");
            widths.forEach(width -> WideResNet.checkSize(GpuCheck.DEPTH, width));
        });
        PrintWriter out = spec.commandLine().getOut();
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            EngineResolver resolver = Installation.current().engines(display);
            Usage.check(spec, () -> resolver.check(engine, "auto"));
            EngineChoice choice = resolver.choose(engine, device, "auto");
            display.say("Engine " + choice.explanation() + ".");
            display.end();
            GpuCheck.Verdict verdict = new GpuCheck(choice.engine(), device, widths, python, Installation.current().project().resolve("bench").resolve("torch_wrn.py"))
                .run(file, Duration.ofMinutes(minutes), out);
            out.println(verdict + "; the table is in " + file + ".");
            out.flush();
            return verdict.good() ? 0 : 1;
        }
    }
}
