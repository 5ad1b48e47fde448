package onebit.kit.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import onebit.data.Dataset;
import onebit.data.GeneratedDataset;
import onebit.data.Progress;
import onebit.data.Split;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.kit.analysis.Predictions.Prediction;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.Model;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.reference.ReferenceEngine;
import onebit.train.Evaluation;
import onebit.train.Row;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PredictionsTest {

    private static final List<String> NAMES = List.of("cat", "dog", "frog");

    /** Of black images: (label, predicted, loss) each. */
    private static Predictions of(double[]... each) {
        byte[] labels = new byte[each.length];
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < each.length; i++) {
            labels[i] = (byte) each[i][0];
            predictions.add(new Prediction(i, (int) each[i][0], (int) each[i][1], each[i][2], 0.5));
        }
        return new Predictions(new Split(new Shape(1, 2, 2), new byte[4 * each.length], labels), NAMES, predictions);
    }

    @Test
    void aPredictionHasTheSoftmaxOfItsOutputs() {
        Prediction p = Prediction.of(4, 1, new float[] {0, (float) Math.log(2), (float) Math.log(5)});

        assertEquals(2, p.predicted());
        assertEquals(5 / 8.0, p.probability(), 1e-6);
        assertEquals(-Math.log(2 / 8.0), p.loss(), 1e-6);
    }

    @Test
    void ofEqualOutputsTheFirstCountsAsInEvaluation() {
        assertEquals(1, Prediction.of(0, 0, new float[] {0, 3, 3}).predicted());
    }

    @Test
    void hugeOutputsDoNotOverflow() {
        Prediction p = Prediction.of(0, 1, new float[] {1000, 0, -1000});
        assertEquals(1000, p.loss(), 1e-3);
        assertEquals(1, p.probability(), 1e-9);
    }

    @Test
    void agreesWithAnEvaluationOfTheSameModel() {
        Dataset data = GeneratedDataset.of(new Shape(3, 8, 8), 10, 5, 33, 1);
        Graph graph = WideResNet.graph(Row.of("cifar10-full-bn").network(8, 1, data.shape(), 10));
        Model model = new Model(graph, InitialWeights.state(graph, 1), "cifar10", "made here");
        NetworkOptions options = NetworkOptions.inference(Precision.FLOAT64).withBatchSize(10);

        Predictions predictions = Predictions.of(model, data.test(), data.classNames(), new ReferenceEngine(), options, Progress.NONE);

        Evaluation evaluation = Evaluation.of(model, data.test(), new ReferenceEngine(), options, Optional.empty(), Evaluation.Observer.NONE).orElseThrow();
        assertEquals(evaluation.correct(), predictions.right());
        assertEquals(evaluation.loss(), predictions.each().stream().mapToDouble(Prediction::loss).average().orElseThrow(), 1e-5);
        assertEquals(IntStream.range(0, 33).boxed().toList(), predictions.each().stream().map(Prediction::image).toList());
    }

    @Test
    void aCollectorHasPredictionsOnceEveryImageHasBeenTestedAndKeepsTheLastEvaluation() {
        Predictions.Collector collector = new Predictions.Collector(new Split(new Shape(1, 2, 2), new byte[12], new byte[] {0, 1, 2}), NAMES);
        collector.accept(0, 2, new float[] {1, 0, 0, 1, 0, 0});
        assertTrue(collector.predictions().isEmpty());
        collector.accept(2, 1, new float[] {0, 0, 1});
        assertEquals(2, collector.predictions().orElseThrow().right());
        collector.accept(0, 2, new float[] {1, 0, 0, 0, 1, 0});
        assertEquals(3, collector.predictions().orElseThrow().right());
    }

    @Test
    void theWorstAreTheWrongOnesOfTheGreatestLoss() {
        Predictions predictions = of(new double[] {0, 0, 9}, new double[] {0, 1, 1}, new double[] {1, 2, 5}, new double[] {2, 0, 3});
        assertEquals(List.of(2, 3), predictions.worst(2).stream().map(Prediction::image).toList());
        assertEquals(3, predictions.worst(10).size(), "what is right is no mistake");
        assertEquals(List.of(2, 1), predictions.mistakes(3, 2).lines().stream().map(l -> l.tiles().size()).toList());
        assertEquals(List.of("is dog", "said frog", "50 % sure"), predictions.mistakes(3, 2).lines().getFirst().tiles().getFirst().caption());
    }

    @Test
    void eachClassHasItsAccuracyAndWhatItIsTakenFor() {
        List<ClassAccuracy> classes = of(new double[] {0, 0, 0}, new double[] {0, 2, 0}, new double[] {0, 2, 0}, new double[] {0, 1, 0}, new double[] {1, 1, 0}).byClass();

        assertEquals(List.of(new ClassAccuracy("cat", 4, 1, Optional.of(new ClassAccuracy.Confusion("frog", 2))), new ClassAccuracy("dog", 1, 1, Optional.empty())), classes,
            "there is no frog to be right about");
        Table table = ClassAccuracy.table("", classes);
        assertEquals(25.0, table.doubleColumn("Accuracy, %").get(0));
        assertTrue(table.doubleColumn("95 % interval from, %").get(0) < 25 && table.doubleColumn("to, %").get(0) > 25);
        assertEquals("frog (2)", table.stringColumn("Most often taken for").get(0));
    }

    @Test
    void aLongListIsCutInTheMiddle() {
        List<ClassAccuracy> classes = IntStream.range(0, 100).mapToObj(i -> new ClassAccuracy("c" + i, 100, i, Optional.empty())).toList();
        assertEquals(List.of("c99", "c98", "c97", "c1", "c0"), ClassAccuracy.bestAndWorst(classes, 5).stream().map(ClassAccuracy::name).toList());
        assertEquals(100, ClassAccuracy.bestAndWorst(classes, 100).size());
    }
}
