package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import onebit.kit.Installation;
import onebit.kit.figures.Figures;
import onebit.kit.results.Results;
import onebit.kit.results.RunFolders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "figures", description = "Draw the figures, as PNG and SVG, from the run folders in results/runs and from what was published: gap, summary, "
    + "curves (all rows, and each), schedule.")
public final class FiguresCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Option(names = "--results", paramLabel = "DIR", description = "The folder with runs/ in it (default: ONEBIT_RESULTS, or the project's results).")
    Path results;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the figures go (default: figures/ in the folder of results; of the project's results, the project's).")
    Path out;

    @Override
    public Integer call() {
        Usage.check(spec, () -> Usage.requireFolder("--results", results));
        Installation installation = Installation.current();
        Results from = new Results(results == null ? installation.results() : results);
        Path folder = out == null ? installation.figures(from.folder()) : out;
        RunFolders runs = RunFolders.in(from.runs());
        List<Path> files = Figures.write(runs.finished(), folder);
        PrintWriter print = spec.commandLine().getOut();
        runs.unreadable().forEach(run -> spec.commandLine().getErr().println(run.leftOut()));
        print.println("Of " + runs.finished().size() + (runs.finished().size() == 1 ? " finished run: " : " finished runs: ") + files.size() + " files in " + folder);
        print.flush();
        return 0;
    }
}
