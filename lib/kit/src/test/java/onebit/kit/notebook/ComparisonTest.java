package onebit.kit.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import onebit.engine.Precision;
import onebit.kit.results.Run;
import onebit.kit.results.WilsonInterval;
import onebit.published.PublishedFigures;
import onebit.run.RunResult;
import onebit.train.Profile;
import onebit.train.Row;
import onebit.train.TrainingConfig;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ComparisonTest {

    private static Comparison of(Profile profile, int correct, int images) {
        TrainingConfig config = TrainingConfig.of(Row.of("cifar10-full-bn"), profile, "cpu", Precision.BF16);
        RunResult result = new RunResult("cifar10-full-bn", images, correct, 100.0 * correct / images, 0.1, 99, 0.1, config.epochs(), 50_000, 1, 1);
        return new Comparison(new Run(Path.of("run"), config, result, "2026-01-01", List.of(config.execution()), List.of(), List.of()), PublishedFigures.result("cifar10-full-bn"));
    }

    @Test
    void publishedAndReproducedHaveLinesOfTheirOwnWithTheirIntervals() {
        Table table = of(Profile.LAPTOP, 900, 1000).table();

        assertEquals(List.of(96.62, 96.65, 90.0), table.doubleColumn("Test accuracy, %").asList());
        assertEquals(List.of("20-10", "20-10", "20-1"), table.stringColumn("Network").asList());
        assertEquals(List.of(254, 254, 30), table.intColumn("Epochs").asList());
        assertEquals(WilsonInterval.of(9662, 10_000).low(), table.doubleColumn("95 % interval from, %").get(0));
        assertEquals(WilsonInterval.of(900, 1000).high(), table.doubleColumn("to, %").get(2));
        assertEquals("90.00", table.doubleColumn("Test accuracy, %").getString(2));
    }

    @Test
    void atOtherSettingsNothingIsSaidAboutTheAuthorsFigure() {
        String sentence = of(Profile.LAPTOP, 9000, 10_000).sentence();
        assertTrue(sentence.startsWith("Verdict: other settings. This run (20-1, 30 epochs, cpu bf16)"), sentence);
        assertTrue(sentence.contains("-6.62 points against the published 96.62 %"), sentence);
    }

    @Test
    void atTheAuthorsSettingsTheVerdictIsGivenWithWhatTheSeedMakes() {
        assertEquals("Verdict: agrees; +0.08 points against the published 96.62 %. Up to 0.50 points either way count as agreement; of six faithful runs one is expected further off, by its seed alone.",
            of(Profile.PAPER, 9670, 10_000).sentence());
        assertTrue(of(Profile.PAPER, 9500, 10_000).sentence().startsWith("Verdict: below; -1.62 points"));
        assertTrue(of(Profile.PAPER, 9800, 10_000).sentence().startsWith("Verdict: above; +1.38 points"));
    }
}
