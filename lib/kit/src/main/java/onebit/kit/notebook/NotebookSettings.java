package onebit.kit.notebook;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import onebit.engine.Device;
import onebit.kit.Installation;
import onebit.kit.RowRun;
import onebit.kit.engines.EngineChoice;
import onebit.run.UserError;
import onebit.train.Profile;
import onebit.train.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a notebook is to do. The one way to tell it are environment variables of the kernel's process: set them before
 * JupyterLab is started, or let {@code make reproduce} do so.
 *
 * @param profile        {@code ONEBIT_PROFILE}: how much of each row to train
 * @param seed           {@code ONEBIT_SEED}
 * @param engine         {@code ONEBIT_ENGINE}
 * @param device         {@code ONEBIT_DEVICE}
 * @param precision      {@code ONEBIT_PRECISION}
 * @param threads        {@code ONEBIT_THREADS}: compute threads. Without it, where {@code ONEBIT_JOBS} says that so many
 *                       notebooks are executed at a time on the CPU, this one's share of the processors; else empty, which
 *                       leaves it to the engine
 * @param results        {@code ONEBIT_RESULTS}: the folder of run folders and tables
 * @param data           {@code ONEBIT_DATA}: a folder with CIFAR, if it is not to be fetched
 * @param published      {@code ONEBIT_PUBLISHED}: a folder with the authors' models, if they are not to be fetched
 * @param publishedLimit {@code ONEBIT_PUBLISHED_LIMIT}: test images that the authors' models are scored on; 0 for all
 * @param watched        whether somebody may be looking: not where {@code ONEBIT_JOBS} says that {@code make reproduce} executes it
 */
public record NotebookSettings(Profile profile, long seed, String engine, Device device, String precision, OptionalInt threads, Path results, Optional<Path> data,
                               Optional<Path> published, int publishedLimit, boolean watched) {

    /** Of this process. */
    public static NotebookSettings ofEnvironment() {
        return of(System.getenv(), Installation.current());
    }

    /** @throws UserError if a variable has a value that is none */
    static NotebookSettings of(Map<String, String> environment, Installation installation) {
        Profile profile = Profile.of(value(environment, "ONEBIT_PROFILE").orElse("quick"));
        Device device = value(environment, "ONEBIT_DEVICE").map(NotebookSettings::device).orElse(Device.CPU);
        return new NotebookSettings(profile, value(environment, "ONEBIT_SEED").map(v -> number("ONEBIT_SEED", v)).orElse(1L),
            value(environment, "ONEBIT_ENGINE").orElse(RowRun.AUTO), device,
            value(environment, "ONEBIT_PRECISION").orElse(RowRun.AUTO), threads(environment, device), installation.results(environment),
            Installation.folder(environment, "ONEBIT_DATA"), Installation.folder(environment, "ONEBIT_PUBLISHED"),
            value(environment, "ONEBIT_PUBLISHED_LIMIT").map(v -> limit(number("ONEBIT_PUBLISHED_LIMIT", v))).orElse(publishedLimit(profile)),
            value(environment, "ONEBIT_JOBS").isEmpty());
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
    }

    private static long number(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new UserError("The environment variable " + name + " must be a whole number, not '" + value + "'.", e);
        }
    }

    private static Device device(String value) {
        try {
            return Device.of(value);
        } catch (IllegalArgumentException e) {
            throw new UserError("ONEBIT_DEVICE: " + e.getMessage(), e);
        }
    }

    private static OptionalInt threads(Map<String, String> environment, Device device) {
        Optional<String> asked = value(environment, "ONEBIT_THREADS");
        if (asked.isPresent()) return OptionalInt.of(EngineChoice.threads(number("ONEBIT_THREADS", asked.get())));
        long jobs = value(environment, "ONEBIT_JOBS").map(v -> number("ONEBIT_JOBS", v)).orElse(1L);
        if (jobs <= 1 || device != Device.CPU) return OptionalInt.empty();
        return OptionalInt.of((int) Math.max(1, Runtime.getRuntime().availableProcessors() / jobs));
    }

    private static int limit(long value) {
        if (value < 0 || value > Integer.MAX_VALUE) throw new UserError("ONEBIT_PUBLISHED_LIMIT must be 1 or more, or 0 for all images, not " + value + ".");
        return (int) value;
    }

    /** The authors' models are of width 10 and take a CPU minutes each; where training is a try, so is their score. */
    private static int publishedLimit(Profile profile) {
        return switch (profile) {
            case SMOKE, QUICK -> 100;
            case LAPTOP, EVENING, PAPER -> 0;
        };
    }

    /** The run of a row that these settings ask for. */
    public RowRun run(Row row) {
        return RowRun.of(row, profile, seed, engine, device, precision);
    }

    /** For a notebook's first cell: what is set, and how to set it otherwise. */
    public Table table() {
        StringColumn variable = StringColumn.create("Environment variable"), value = StringColumn.create("Value here"), meaning = StringColumn.create("What it says");
        String[][] lines = {
            {"ONEBIT_PROFILE", profile.label(), profile.summary() + "; or smoke, quick, laptop, evening, paper"},
            {"ONEBIT_SEED", Long.toString(seed), "of initial weights, order and augmentation"},
            {"ONEBIT_ENGINE", engine, "what computes; auto takes the fastest that runs here"},
            {"ONEBIT_DEVICE", device.label(), "cpu, or cuda: an NVIDIA GPU, with an engine for it"},
            {"ONEBIT_PRECISION", precision, "auto, bf16, float32"},
            {"ONEBIT_THREADS", threads.isPresent() ? Integer.toString(threads.getAsInt()) : "not set", "compute threads; else the engine's choice, or a share of the processors where notebooks run side by side"},
            {"ONEBIT_RESULTS", results.toString(), "where run folders, tables and reports go"},
            {"ONEBIT_DATA", data.map(Path::toString).orElse("not set"), "a folder with CIFAR; else the cache, else it is fetched"},
            {"ONEBIT_PUBLISHED", published.map(Path::toString).orElse("not set"), "a folder with the authors' models; else as above"},
            {"ONEBIT_PUBLISHED_LIMIT", publishedLimit == 0 ? "all" : Integer.toString(publishedLimit), "test images that each of the authors' models is scored on"}};
        for (String[] line : lines) {
            variable.append(line[0]);
            value.append(line[1]);
            meaning.append(line[2]);
        }
        return Table.create("Settings", variable, value, meaning);
    }
}
