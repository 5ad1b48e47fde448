package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import onebit.kit.Installation;
import onebit.kit.results.Results;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "results", description = "Write results/table.csv, results/RESULTS.md and the table of README.md from the run folders in results/runs.")
public final class ResultsCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Option(names = "--results", paramLabel = "DIR", description = "The folder with runs/ in it (default: ONEBIT_RESULTS, or the project's results).")
    Path results;

    @Override
    public Integer call() {
        Usage.check(spec, () -> Usage.requireFolder("--results", results));
        Installation installation = Installation.current();
        Path folder = results == null ? installation.results() : results;
        print(spec, new Results(folder).write(installation.readme(folder)));
        return 0;
    }

    static void print(CommandSpec spec, Results.Written written) {
        PrintWriter out = spec.commandLine().getOut();
        written.runs().unreadable().forEach(run -> spec.commandLine().getErr().println(run.leftOut()));
        int runs = written.runs().finished().size();
        out.println("Of " + runs + (runs == 1 ? " finished run: " : " finished runs: ") + written.table() + ", " + written.page()
            + written.readme().map(readme -> ", the table in " + readme).orElse(""));
        out.flush();
    }
}
