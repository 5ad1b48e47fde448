package onebit.kit.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import onebit.model.WideResNet.Activation;
import onebit.published.PublishedFigures;
import onebit.train.Profile;
import onebit.train.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "rows", description = "The eight rows of the results table with their settings, and the profiles to run them at.")
public final class RowsCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        String line = "%-19s  %-47s  %-8s  %-6s  %s%n";
        out.printf(line, "ROW", "WHAT", "DATA", "EPOCHS", "PUBLISHED (20-10)");
        for (Row row : Row.ALL)
            out.printf(line, row.id(), row.title() + (row.activation() instanceof Activation.ShiftedReLU s ? String.format(Locale.ROOT, ", T %.0f", s.temperature()) : ""), row.dataset(), row.paperEpochs(),
                String.format(Locale.ROOT, "%.2f %%", PublishedFigures.result(row.id()).readmeAccuracyPercent()));
        out.println();
        for (Profile profile : Profile.values()) out.printf("--profile %-8s  %s%n", profile.label(), profile.summary());
        out.flush();
        return 0;
    }
}
