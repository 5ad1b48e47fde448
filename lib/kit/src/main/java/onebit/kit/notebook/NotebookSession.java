package onebit.kit.notebook;

import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import onebit.data.CifarSet;
import onebit.data.CifarSources;
import onebit.data.Dataset;
import onebit.data.Progress;
import onebit.engine.Execution;
import onebit.kit.Installation;
import onebit.kit.LoadFailure;
import onebit.kit.MemoryFailure;
import onebit.kit.engines.EngineChoice;
import onebit.kit.engines.EngineResolver;
import onebit.kit.results.Results;
import onebit.run.UserError;

/** What the cells of a notebook share: settings, the engine, data sets; each is made ready when it is first needed. */
final class NotebookSession {

    private final NotebookSettings settings;
    private final Installation installation;
    private final NotebookOutput output;
    private final Map<String, SoftReference<Dataset>> datasets = new HashMap<>();
    private EngineChoice engine;

    NotebookSession(NotebookSettings settings, Installation installation, NotebookOutput output) {
        this.settings = settings;
        this.installation = installation;
        this.output = output;
    }

    /** Of the kernel that this process is. */
    static NotebookSession ofKernel() {
        return inWords(() -> new NotebookSession(NotebookSettings.ofEnvironment(), Installation.current(), new KernelOutput()));
    }

    NotebookSettings settings() {
        return settings;
    }

    Installation installation() {
        return installation;
    }

    NotebookOutput output() {
        return output;
    }

    Progress progress() {
        return new NotebookProgress(output);
    }

    Results results() {
        return new Results(settings.results());
    }

    EngineResolver engines() {
        return installation.engines(progress());
    }

    /** The engine that is to compute; a first use may fetch what it needs. */
    EngineChoice engine() {
        if (engine == null) engine = withThreads(engines().choose(settings.engine(), settings.device(), settings.precision()));
        return engine;
    }

    /** What an unfinished run goes on by: what the settings leave open is as it was begun, if this machine has that. */
    EngineChoice engine(Execution begun) {
        if (engine().change(begun).isEmpty()) return engine();
        EngineChoice choice = withThreads(engines().choose(settings.engine(), Optional.of(settings.device()), settings.precision(), begun));
        choice.change(begun).ifPresent(sentence -> output.slot().show(NotebookOutput.Content.of(sentence)));
        return choice;
    }

    private EngineChoice withThreads(EngineChoice chosen) {
        return settings.threads().isPresent() ? chosen.withThreads(settings.threads().getAsInt()) : chosen;
    }

    /**
     * Kept while there is memory: a machine of 2 GB gives Java 512 MB, and each takes 184 MB.
     *
     * @throws UserError if it cannot be had
     */
    Dataset dataset(String name) {
        SoftReference<Dataset> kept = datasets.get(name);
        Dataset known = kept == null ? null : kept.get();
        if (known == null) datasets.put(name, new SoftReference<>(known = CifarSources.of(settings.data()).load(CifarSet.named(name), progress())));
        return known;
    }

    /** What is written below a cell of a finished run that lacks something here. */
    void notShown(String reason) {
        output.slot().show(NotebookOutput.Content.of("not shown: " + reason));
    }

    /** What is written below a cell that cannot do its work here, which is not the notebook's fault. {@code make reproduce} looks for it. */
    void notRun(String reason) {
        output.slot().show(NotebookOutput.Content.of("not run: " + reason));
    }

    /** In a notebook, an error that a person can mend, or an engine's that cannot do what is asked, is its sentence, without a trace of the program. */
    static <T> T inWords(Supplier<T> cell) {
        try {
            return cell.get();
        } catch (UserError e) {
            throw sentence(e.getMessage());
        } catch (UnsupportedOperationException e) {
            if (e.getMessage() == null) throw e; // a fault: engines say why
            throw sentence(e.getMessage());
        } catch (LinkageError e) {
            throw sentence(LoadFailure.sentence(e).getMessage());
        } catch (OutOfMemoryError e) {
            throw sentence(MemoryFailure.inNotebook(e));
        }
    }

    private static UserError sentence(String message) {
        UserError sentence = new UserError(message);
        sentence.setStackTrace(new StackTraceElement[0]);
        return sentence;
    }

    static void inWords(Runnable cell) {
        inWords(() -> {
            cell.run();
            return true;
        });
    }
}
