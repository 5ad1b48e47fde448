package onebit.kit;

import java.io.PrintWriter;
import java.util.Optional;
import onebit.kit.command.BenchCommand;
import onebit.kit.command.CompletionCommand;
import onebit.kit.command.DataCommand;
import onebit.kit.command.EnginesCommand;
import onebit.kit.command.EvaluateCommand;
import onebit.kit.command.ExportCommand;
import onebit.kit.command.FiguresCommand;
import onebit.kit.command.GpuCheckCommand;
import onebit.kit.command.Names;
import onebit.kit.command.ReproduceCommand;
import onebit.kit.command.ResultsCommand;
import onebit.kit.command.RowsCommand;
import onebit.kit.command.TrainCommand;
import onebit.kit.command.Version;
import onebit.run.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code onebit}. Exit codes: 0 done, 1 failed, 2 wrong usage. Results go to standard output, all else to standard error. */
@Command(name = "onebit", description = "Wide residual networks with one bit per weight: train, evaluate and compare with what was published.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RowsCommand.class, EnginesCommand.class, DataCommand.class, TrainCommand.class, EvaluateCommand.class, ExportCommand.class,
        BenchCommand.class, ReproduceCommand.class, ResultsCommand.class, FiguresCommand.class, GpuCheckCommand.class, CompletionCommand.class},
    mixinStandardHelpOptions = true, versionProvider = Version.class, scope = ScopeType.INHERIT, sortOptions = false, usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class Main {

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    boolean verbose;

    public static void main(String... args) {
        int code = CommandLine.ExitCode.SOFTWARE;
        try {
            StandardOutput output = new StandardOutput();
            code = commandLine().setOut(output.writer()).execute(args);
            Optional<String> lost = output.loss();
            if (lost.isPresent()) {
                System.err.println("onebit: the output could not be written: " + lost.get() + ". Free some space or write it elsewhere, and run the command again.");
                code = CommandLine.ExitCode.SOFTWARE;
            }
        } catch (OutOfMemoryError e) {
            System.err.println("onebit: " + MemoryFailure.sentence(e));
        }
        System.exit(code);
    }

    /** The whole command line, for {@link #main} and for tests. */
    public static CommandLine commandLine() {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        Names.register(line);
        line.setExecutionStrategy(Main::run);
        line.setExecutionExceptionHandler((exception, command, parsed) -> main.failed(exception, command));
        line.setParameterExceptionHandler((exception, args) -> main.misused(exception));
        return line;
    }

    private static int run(ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (LinkageError e) {
            UserError sentence = LoadFailure.sentence(e);
            throw new ExecutionException(parsed.commandSpec().commandLine(), sentence.getMessage(), sentence);
        }
    }

    private int failed(Exception exception, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("onebit: " + message(exception));
        if (verbose) exception.printStackTrace(err);
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String message(Exception exception) {
        String message = exception.getMessage() == null ? exception.getClass().getSimpleName() : exception.getMessage();
        return switch (exception) {
            case UserError e -> message;
            case UnsupportedOperationException e -> message; // of an engine that cannot do what was asked, with its reason
            default -> "this should not have happened: " + exception.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("")
                + "\n(again with --verbose for the details that a report of it needs)";
        };
    }

    private int misused(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("onebit: " + exception.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(exception, err))
            err.println("'" + command.getCommandSpec().qualifiedName() + " --help' says what can be given.");
        if (verbose) exception.printStackTrace(err);
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }
}
