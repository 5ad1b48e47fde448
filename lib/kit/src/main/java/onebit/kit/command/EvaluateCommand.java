package onebit.kit.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import onebit.data.CifarSet;
import onebit.data.Split;
import onebit.engine.NetworkOptions;
import onebit.kit.engines.EngineChoice;
import onebit.model.Model;
import onebit.run.AtomicFile;
import onebit.run.Json;
import onebit.run.UserError;
import onebit.train.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "evaluate", description = "Test a model on the test images.")
public final class EvaluateCommand implements Callable<Integer> {

    @Spec
    CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelSource.DESCRIPTION)
    Path model;

    @Option(names = "--dataset", paramLabel = "DATASET", completionCandidates = Names.DataSets.class,
        description = "${COMPLETION-CANDIDATES} (default: the one that the model was trained on).")
    CifarSet dataset;

    @Option(names = "--limit", paramLabel = "N", description = "Test on the first N images only.")
    Integer limit;

    @Mixin
    EngineOptions engine;

    @Mixin
    DataOption data;

    @Option(names = "--logits", paramLabel = "FILE.csv", description = "Write the network's outputs: a line an image in the order of the test set, a number a class.")
    Path logits;

    @Option(names = "--json", description = "Print one JSON object: images, correct, accuracy_percent, seconds.")
    boolean json;

    /** What {@code --json} prints. */
    record Answer(int images, int correct, double accuracyPercent, double seconds) {}

    @Override
    public Integer call() {
        Usage.check(spec, () -> {
            if (limit != null && limit < 1) throw new IllegalArgumentException("--limit must be 1 or more, not " + limit + ".");
            if (logits != null && Files.isDirectory(logits)) throw new IllegalArgumentException("--logits names a folder, " + logits + "; a file is needed.");
        });
        try (ProgressDisplay display = ProgressDisplay.of(spec)) {
            Model read = ModelSource.read(model, display);
            EngineChoice choice = engine.choose(spec, display);
            CifarSet set = dataset == null ? CifarSet.named(read.dataset()) : dataset;
            if (set.classNames().size() != read.graph().classes())
                throw new UserError("The model tells " + read.graph().classes() + " classes apart, and " + set.title() + " has " + set.classNames().size()
                    + ": this is not the model's data set.");
            Split all = data.load(set.name(), display).test(), images = limit == null ? all : all.first(limit);
            NetworkOptions options = choice.inference().withAlgorithm(engine.algorithm);
            StringBuilder outputs = new StringBuilder();
            if (logits != null) AtomicFile.requireWritable(logits);
            print(evaluate(read, images, choice, options, display, outputs), read);
            if (logits != null) AtomicFile.write(logits, outputs.toString());
        }
        return 0;
    }

    private Evaluation evaluate(Model read, Split images, EngineChoice choice, NetworkOptions options, ProgressDisplay display, StringBuilder outputs) {
        Evaluation.Observer observer = (soFar, batches, of) -> {
            display.tell("Testing", soFar.images(), images.count(), String.format(Locale.ROOT, "%,d of %,d images, %,.0f images/s, %.2f %% right",
                soFar.images(), images.count(), soFar.images() / soFar.seconds(), soFar.accuracyPercent()));
            return true;
        };
        Optional<Evaluation.LogitsSink> sink = logits == null ? Optional.empty()
            : Optional.of((first, count, values) -> write(outputs, values, count, read.graph().classes()));
        return Evaluation.of(read, images, choice.engine(), options, sink, observer).orElseThrow();
    }

    private static void write(StringBuilder lines, float[] logits, int images, int classes) {
        for (int i = 0; i < images; i++)
            for (int c = 0; c < classes; c++) lines.append(logits[i * classes + c]).append(c < classes - 1 ? ',' : '\n');
    }

    private void print(Evaluation result, Model read) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) out.println(Json.line(new Answer(result.images(), result.correct(), result.accuracyPercent(), result.seconds())));
        else out.printf(Locale.ROOT, "%s: %.2f %% right (%,d of %,d test images) in %.1f s%n", read.origin(), result.accuracyPercent(), result.correct(),
            result.images(), result.seconds());
        out.flush();
    }
}
