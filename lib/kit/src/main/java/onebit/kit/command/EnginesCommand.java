package onebit.kit.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import onebit.data.Progress;
import onebit.engine.Engine;
import onebit.kit.Installation;
import onebit.kit.engines.EngineCandidate;
import onebit.kit.engines.Platform;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "engines", description = "What this machine can run, on which device and at which precision; what not, and why. Downloads nothing.")
public final class EnginesCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("This machine is " + Platform.current() + " with " + Runtime.getRuntime().availableProcessors()
            + " processors. Of each device, the engine and precision that come first are what 'auto' takes; the device is the CPU unless --device says cuda.");
        for (EngineCandidate engine : Installation.current().engines(Progress.NONE).candidates()) {
            out.println();
            out.println(engine.name() + (engine.summary().isBlank() ? "" : ": " + engine.summary()));
            for (Engine.Mode mode : engine.modes())
                out.printf("  %-4s  %-8s  %-3s  %s%n", mode.device().label(), mode.precision().label(), mode.available() ? "yes" : "no", mode.note());
        }
        out.flush();
        return 0;
    }
}
