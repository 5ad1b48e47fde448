package onebit.kit.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import onebit.engine.Execution;
import onebit.engine.Precision;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

class ResultsTest {

    private static final TrainingConfig QUICK = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "cpu", Precision.BF16);

    private static final TrainingConfig PAPER = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.PAPER, "cpu", Precision.BF16);

    @TempDir
    Path folder;

    private void finished(String name, TrainingConfig config, int correct) {
        new RunFixture(folder).finished(name, config, correct);
    }

    /** The lines of table.csv of a row, cells by column. */
    List<Map<String, String>> table(String row) throws IOException {
        new Results(folder).write(folder.resolve("README.md"));
        Table table = Table.read().usingOptions(CsvReadOptions.builder(folder.resolve("table.csv").toFile())
            .columnTypesPartial(title -> Optional.of(ColumnType.STRING)));
        return table.where(table.stringColumn("row").isEqualTo(row)).stream().map(line -> table.columnNames().stream()
            .collect(Collectors.toMap(title -> title, line::getString))).toList();
    }

    String page() throws IOException {
        new Results(folder).write(folder.resolve("README.md"));
        return Files.readString(folder.resolve("RESULTS.md"));
    }

    @Test
    void showsTheEightRowsWithPublishedFiguresAndNoReproducedOnesWhenNothingWasRun() throws IOException {
        for (Row row : Row.ALL) {
            Map<String, String> line = table(row.id()).getFirst();
            assertFalse(line.get("published_readme_percent").isEmpty());
            assertEquals("", line.get("reproduced_percent"));
            assertEquals("no run folder", line.get("not_run"));
        }
        assertEquals("96.62", table("cifar10-full-bn").getFirst().get("published_readme_percent"));
        assertEquals("96.65", table("cifar10-full-bn").getFirst().get("published_notebook_percent"));
        assertTrue(page().contains("| cifar10-full-bn | 96.62 | 96.65 | not run: no run folder |"));
    }

    @Test
    void showsARunWithItsIntervalAndAllItsSettings() throws IOException {
        finished("a", QUICK.withSeed(7), 5794);

        Map<String, String> line = table("cifar10-1bit-bn").getFirst();
        assertEquals(Map.ofEntries(Map.entry("row", "cifar10-1bit-bn"), Map.entry("published_readme_percent", "96.25"), Map.entry("published_notebook_percent", "96.25"),
            Map.entry("reproduced_percent", "57.94"), Map.entry("reproduced_deviation", ""), Map.entry("reproduced_wilson95_low", "56.97"),
            Map.entry("reproduced_wilson95_high", "58.9"), Map.entry("reproduced_mean95_low", ""), Map.entry("reproduced_mean95_high", ""), Map.entry("verdict", "other settings"), Map.entry("runs", "1"), Map.entry("not_run", ""), Map.entry("depth", "20"), Map.entry("width", "1"),
            Map.entry("epochs", "2"), Map.entry("train_images", "50000"), Map.entry("test_images", "10000"), Map.entry("batch_size", "125"), Map.entry("seeds", "7"),
            Map.entry("engine", "cpu"), Map.entry("device", "cpu"), Map.entry("precision", "bf16"), Map.entry("computed_by", "cpu bf16"), Map.entry("algorithm", "auto"), Map.entry("network", "direct; 2 threads"), Map.entry("pflops_a_run", "1.0"),
            Map.entry("training_seconds_mean", "61.3"), Map.entry("date", "2026-02-01"), Map.entry("run_folders", "a"),
            Map.entry("reproduced_in_words", "57.94 [56.97, 58.90]"), Map.entry("settings_in_words", "20-1, 2 epochs, cpu bf16, seed 7")), line);
        assertTrue(page().contains("| cifar10-1bit-bn | 96.25 | 96.25 | 57.94 [56.97, 58.90] | other settings | 20-1 | 2 | 50,000 / 10,000 | 7 | cpu bf16 (auto) | 2026-02-01 | a |"), page());
    }

    @Test
    void aRunThatWentOnByAnotherEngineSaysSoAndIsNotAveragedWithOthers() throws IOException {
        finished("a", QUICK.withSeed(1), 5700);
        new RunFixture(folder).finished("b", QUICK.withSeed(2), 5800, "cpu bf16", "cpu bf16", "torch float32 on cuda");

        List<Map<String, String>> lines = table("cifar10-1bit-bn");

        assertEquals(List.of("cpu bf16", "cpu bf16 then torch float32 on cuda"), lines.stream().map(l -> l.get("computed_by")).toList());
        assertEquals(List.of("cpu then torch", "cpu then cuda", "bf16 then float32"), List.of(lines.get(1).get("engine"), lines.get(1).get("device"), lines.get(1).get("precision")));
        assertTrue(page().contains("| cpu bf16 then torch float32 on cuda (auto) |"), page());
    }

    /** It was killed before it had saved anything, and went on by another engine. */
    @Test
    void countsByWhatARunWasComputedNotByWhatItWasBegun() throws IOException {
        finished("a", QUICK.withSeed(1), 5700);
        new RunFixture(folder).finished("b", QUICK.withSeed(2).withExecution(Execution.of("torch float32 on cuda")), 5800, "cpu bf16");

        Map<String, String> line = table("cifar10-1bit-bn").getFirst();

        assertEquals(List.of("57.5", "1 2", "cpu bf16"), Stream.of("reproduced_percent", "seeds", "computed_by").map(line::get).toList());
    }

    @Test
    void averagesRunsThatDifferInTheirSeedsOnly() throws IOException {
        finished("a", QUICK.withSeed(1), 5700);
        finished("b", QUICK.withSeed(2), 5800);
        finished("c", QUICK.withSeed(3), 5900);
        finished("d", QUICK.withEpochs(6), 7200);

        List<Map<String, String>> lines = table("cifar10-1bit-bn");

        assertEquals(List.of("72.0", "58.0"), lines.stream().map(l -> l.get("reproduced_percent")).toList(), "the run of most arithmetic first");
        assertEquals("1.0", lines.get(1).get("reproduced_deviation"));
        assertEquals("1 2 3", lines.get(1).get("seeds"));
        assertEquals("a b c", lines.get(1).get("run_folders"));
        assertEquals(List.of("55.52", "60.48"), List.of(lines.get(1).get("reproduced_mean95_low"), lines.get(1).get("reproduced_mean95_high")), "1 / sqrt(3) * 4.303");
        assertTrue(page().contains("58.00 ± 1.00 [55.52, 60.48] (n = 3)"));
    }

    /** As asked for with and without an engine's name, or copied. */
    @Test
    void countsARunOnceThatIsInTwoFolders() throws IOException {
        finished("laptop-cpu-seed1", QUICK.withSeed(1), 5710);
        finished("laptop-seed1", QUICK.withSeed(1), 5700);

        Map<String, String> line = table("cifar10-1bit-bn").getFirst();

        assertEquals(List.of("57.1", "", "1", "1", "laptop-cpu-seed1"), Stream.of("reproduced_percent", "reproduced_deviation", "runs", "seeds", "run_folders").map(line::get).toList());
        assertEquals(1, table("cifar10-1bit-bn").size());
        assertTrue(page().contains("| 57.10 [56.13, 58.07] |"), page());

        finished("laptop-seed2", QUICK.withSeed(2), 5810);
        assertEquals(List.of("2", "1 2", "57.6"), Stream.of("runs", "seeds", "reproduced_percent").map(table("cifar10-1bit-bn").getFirst()::get).toList());
    }

    /** The published figure is 96.25; runs of the paper's network differ by a standard deviation of 0.25. */
    @ParameterizedTest
    @CsvSource({"9625,agrees,+0.00", "9675,agrees,+0.50", "9575,agrees,-0.50", "9574,below,-0.51", "9676,above,+0.51"})
    void saysWhetherARunAtThePublishedSettingsAgrees(int correct, String verdict, String difference) throws IOException {
        finished("a", PAPER, correct);

        assertEquals(verdict, table("cifar10-1bit-bn").getFirst().get("verdict"));
        assertTrue(page().contains(" | " + verdict + " (" + difference + ") | 20-10 | 254 | "), page());
    }

    @Test
    void judgesAMeanOverSeedsLikeARun() throws IOException {
        finished("a", PAPER.withSeed(1), 9640);
        finished("b", PAPER.withSeed(2), 9700);

        assertEquals("agrees", table("cifar10-1bit-bn").getFirst().get("verdict"), "96.70 in the mean");
    }

    @Test
    void givesNoVerdictOnAgreementAtOtherSettings() throws IOException {
        Map<String, TrainingConfig> others = Map.of("depth", PAPER.withDepth(26), "width", PAPER.withWidth(4), "epochs", PAPER.withEpochs(126),
            "batch", PAPER.withBatchSize(250));
        others.forEach((name, config) -> finished(name, config, 9625));

        assertEquals(4, table("cifar10-1bit-bn").size());
        for (Map<String, String> line : table("cifar10-1bit-bn")) assertEquals("other settings", line.get("verdict"));
        assertEquals("not run", table("cifar10-full-bn").getFirst().get("verdict"));
    }

    @Test
    void forgetsARunWhoseFolderIsDeleted() throws IOException {
        finished("a", QUICK, 5794);
        assertEquals("57.94", table("cifar10-1bit-bn").getFirst().get("reproduced_percent"));

        new RunFixture(folder).delete("a");

        assertEquals("", table("cifar10-1bit-bn").getFirst().get("reproduced_percent"));
        assertFalse(page().contains("57.94"));
    }

    @Test
    void countsAnUnfinishedRunAsNotRunAndSaysHowFarItIs() throws IOException {
        new RunFixture(folder).unfinished("a", QUICK);

        assertEquals("not finished: 0 of 2 epochs in a", table("cifar10-1bit-bn").getFirst().get("not_run"));
    }

    @Test
    void saysOfAnUnfinishedRunWhyItDidNotGoOn() throws IOException {
        new RunFixture(folder).unfinished("a", QUICK);
        new Results(folder).notRun().note("cifar10-1bit-bn", "the loss is no number.");

        assertEquals("not finished: 0 of 2 epochs in a; last tried: the loss is no number.", table("cifar10-1bit-bn").getFirst().get("not_run"));

        new RunFixture(folder).write("cifar10-1bit-bn-b", "config.json", "{");
        assertEquals("not finished: 0 of 2 epochs in a; its folder cifar10-1bit-bn-b cannot be read; last tried: the loss is no number.",
            table("cifar10-1bit-bn").getFirst().get("not_run"));
    }

    @Test
    void saysWhyARowCouldNotBeRunUntilItHasBeen() throws IOException {
        NotRun reasons = new Results(folder).notRun();
        reasons.note("cifar10-1bit-bn", "no data");
        reasons.note("cifar100-1bit-bn", "no data either");
        assertEquals("no data", table("cifar10-1bit-bn").getFirst().get("not_run"));

        reasons.forget("cifar10-1bit-bn");

        assertEquals("no run folder", table("cifar10-1bit-bn").getFirst().get("not_run"));
        assertEquals("no data either", table("cifar100-1bit-bn").getFirst().get("not_run"));
    }

    @Test
    void namesAFolderThatCannotBeReadAndGoesOn() throws IOException {
        finished("good", QUICK, 5794);
        new RunFixture(folder).write("broken", "config.json", "{");

        assertEquals("57.94", table("cifar10-1bit-bn").getFirst().get("reproduced_percent"));
        assertTrue(page().contains("could not be read") && page().contains("broken"));
    }

    /** Files that are JSON and say what no run says. */
    @ParameterizedTest
    @CsvSource({"cpu bf61", "cpu bf16 on gpu", "now"})
    void aFolderThatIsDamagedInWhateverWayStopsNothing(String damage) throws IOException {
        finished("good", QUICK, 5794);
        new RunFixture(folder).finished("damaged", QUICK.withRow(Row.of("cifar100-1bit-bn")), 4000, "cpu bf16");
        Path provenance = folder.resolve("runs/damaged/provenance.json");
        String whole = Files.readString(provenance);
        Files.writeString(provenance, damage.startsWith("cpu") ? whole.replace("cpu bf16", damage) : whole.replace("2026-02-01T01:00:00Z", damage));

        assertEquals("57.94", table("cifar10-1bit-bn").getFirst().get("reproduced_percent"));
        assertEquals("its folder damaged cannot be read", table("cifar100-1bit-bn").getFirst().get("not_run"), "its configuration can");
        assertTrue(page().contains("- The run in " + folder.resolve("runs/damaged") + " cannot be read ("), page());
    }

    @Test
    void leavesOutARunWhoseResultCannotBe() throws IOException {
        finished("good", QUICK, 5794);
        finished("better", QUICK.withRow(Row.of("cifar10-full-bn")), 6100);
        Path result = folder.resolve("runs/better/result.json");
        Files.writeString(result, Files.readString(result).replace("6100", "10100"));

        assertEquals("57.94", table("cifar10-1bit-bn").getFirst().get("reproduced_percent"));
        assertEquals("its folder better cannot be read", table("cifar10-full-bn").getFirst().get("not_run"));
        assertTrue(page().contains("- " + result + " cannot be right: correct is 10100, and must be from 0 to images, which is 10000."), page());
    }

    @Test
    void saysOfARowThatItsFolderCannotBeReadWhereThereIsNoOtherRunOfIt() throws IOException {
        new RunFixture(folder).write("cifar10-full-bn-laptop-seed1", "config.json", "{");
        assertEquals("its folder cifar10-full-bn-laptop-seed1 cannot be read", table("cifar10-full-bn").getFirst().get("not_run"));
        assertEquals("no run folder", table("cifar10-full-srelu").getFirst().get("not_run"));

        finished("other", QUICK.withRow(Row.of("cifar10-full-bn")), 6100);

        assertEquals(List.of("61.0"), table("cifar10-full-bn").stream().map(line -> line.get("reproduced_percent")).toList());
    }

    @Test
    void renewsTheMarkedTableOfTheReadmeAndNothingElse() throws IOException {
        Path readme = folder.resolve("README.md");
        Files.writeString(readme, "before\n<!-- results -->\nold\n<!-- /results -->\nafter\n");
        finished("smoke", QUICK.withLimits(5_000, 1_000), 900);
        finished("wide", QUICK.withWidth(4), 6400);

        assertEquals(Optional.of(readme), new Results(folder).write(readme).readme());

        String text = Files.readString(readme);
        assertTrue(text.startsWith("before\n<!-- results -->\n| Row |") && text.endsWith("|\n<!-- /results -->\nafter\n"), text);
        assertTrue(text.contains("| cifar10-1bit-bn | 96.25 | 64.00 [63.05, 64.94] | other settings | 20-4, 2 epochs, cpu bf16, seed 1 |"), text);
        assertTrue(text.contains("| cifar10-full-bn | 96.62 (notebook: 96.65) | not run: no run folder | not run |  |"), text);
        assertFalse(text.contains("\nold\n") || text.contains("9.00"), text);
    }

    @Test
    void theReadmeSaysInShortWhyARowWasNotRun() throws IOException {
        Path readme = folder.resolve("README.md");
        Files.writeString(readme, "<!-- results -->\n<!-- /results -->\n");
        NotRun reasons = new Results(folder).notRun();
        reasons.note("cifar100-full-bn", "CIFAR-100 could not be fetched. Check the network connection.");
        reasons.note("cifar100-1bit-bn", "word ".repeat(30) + "end.");
        new RunFixture(folder).unfinished("a", QUICK);

        new Results(folder).write(readme);

        String text = Files.readString(readme);
        assertTrue(text.contains("| cifar100-full-bn | 83.02 | not run: CIFAR-100 could not be fetched | not run |  |"), text);
        assertTrue(text.contains("| not run: " + "word ".repeat(19) + "word … | not run |"), text);
        assertTrue(text.contains("| not run: not finished: 0 of 2 epochs in a | not run |"), text);
        assertTrue(page().contains("not run: CIFAR-100 could not be fetched. Check the network connection. |"), "the page has all of it");
    }

    @Test
    void leavesAReadmeWithoutMarksAsItIs() throws IOException {
        Path readme = folder.resolve("README.md");
        Files.writeString(readme, "no marks");

        assertEquals(Optional.empty(), new Results(folder).write(readme).readme());
        assertEquals("no marks", Files.readString(readme));
    }
}
