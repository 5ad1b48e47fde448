package onebit.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Device;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.Shape;
import onebit.model.WideResNet.Activation;
import onebit.reference.ReferenceEngine;
import onebit.run.Json;
import onebit.run.UserError;
import org.junit.jupiter.api.Test;

class TrainingConfigTest {

    private final TrainingConfig quick = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.QUICK, "reference", Precision.FLOAT32);

    @Test
    void thereAreTheEightRowsOfTheTable() {
        assertEquals(List.of("cifar10-full-bn", "cifar10-1bit-bn", "cifar10-full-srelu", "cifar10-1bit-srelu",
            "cifar100-full-bn", "cifar100-1bit-bn", "cifar100-full-srelu", "cifar100-1bit-srelu"), Row.ALL.stream().map(Row::id).toList());
        assertEquals(new Activation.ShiftedReLU(80), Row.of("cifar10-full-srelu").activation());
        assertEquals(new Activation.ShiftedReLU(40), Row.of("cifar10-1bit-srelu").activation());
        assertEquals(new Activation.ShiftedReLU(25), Row.of("cifar100-full-srelu").activation());
        assertEquals(new Activation.ShiftedReLU(25), Row.of("cifar100-1bit-srelu").activation());
        assertEquals("CIFAR-100, 1 bit per weight, shifted ReLU", Row.of("cifar100-1bit-srelu").title());
    }

    @Test
    void anUnknownRowIsAnsweredWithTheRowsThereAre() {
        String message = assertThrows(UserError.class, () -> Row.of("cifar10-2bit-bn")).getMessage();
        assertTrue(message.contains("'cifar10-2bit-bn'"), message);
        for (Row row : Row.ALL) assertTrue(message.contains(row.id()), message);
    }

    @Test
    void thePaperProfileIsThePublishedSetting() {
        TrainingConfig bn = TrainingConfig.of(Row.of("cifar10-1bit-bn"), Profile.PAPER, "cpu", Precision.FLOAT32);
        TrainingConfig srelu = TrainingConfig.of(Row.of("cifar100-full-srelu"), Profile.PAPER, "cpu", Precision.FLOAT32);
        assertEquals(List.of(20, 10, 254, 125), List.of(bn.depth(), bn.width(), bn.epochs(), bn.batchSize()));
        assertEquals(300, srelu.epochs());
        assertEquals(26_737_120, weights(bn.graph(new Shape(3, 32, 32), 10)));
        assertEquals(26_794_720, weights(srelu.graph(new Shape(3, 32, 32), 100)));
    }

    @Test
    void trainsByTheSettingsOfTheMethod() {
        assertEquals(new NetworkOptions(Device.CPU, Precision.FLOAT32, ConvolutionAlgorithm.AUTO, 125, 0, true, 0.9, 5e-4), quick.options());
        Trainer trainer = new Trainer(quick.withBatchSize(5), TinyTraining.dataset(), new ReferenceEngine(), 0);
        assertEquals(Duration.ofMinutes(1), trainer.checkpointInterval());
    }

    private static long weights(Graph graph) {
        return graph.convolutions().stream().mapToLong(c -> c.weights()).sum();
    }

    @Test
    void anUnknownProfileIsAnsweredWithTheProfilesThereAre() {
        String message = assertThrows(UserError.class, () -> Profile.of("weekend")).getMessage();
        assertTrue(message.contains("smoke, quick, laptop, evening, paper"), message);
    }

    @Test
    void settingsOutOfTheirRangeAreRefusedInASentence() {
        for (Runnable bad : List.<Runnable>of(() -> quick.withDepth(21), () -> quick.withDepth(2), () -> quick.withWidth(0),
            () -> quick.withWidth(242), () -> quick.withEpochs(0), () -> quick.withBatchSize(0), () -> quick.withLimits(-1, 0))) {
            String message = assertThrows(UserError.class, bad::run).getMessage();
            assertTrue(message.matches("(The|A) .* not -?[0-9]+\\."), message);
        }
    }

    @Test
    void survivesItsJson() throws IOException {
        TrainingConfig config = quick.withSeed(Long.MIN_VALUE).withAlgorithm(ConvolutionAlgorithm.WINOGRAD).withLimits(500, 100);
        String json = Json.text(config);
        assertTrue(json.contains("\"precision\" : \"float32\"") && json.contains("\"train_limit\" : 500"), json);
        assertEquals(config, Json.parse(json, TrainingConfig.class));
    }

    @Test
    void aFileFromBeforeThereWasAChoiceOfDevicesMeansTheCpu() throws IOException {
        assertTrue(Json.text(quick.withDevice(Device.CUDA)).contains("\"device\" : \"cuda\""));
        assertEquals(quick.withDevice(Device.CUDA), Json.parse(Json.text(quick.withDevice(Device.CUDA)), TrainingConfig.class));
        assertEquals(quick, Json.parse(Json.text(quick).replace("  \"device\" : \"cpu\",\n", ""), TrainingConfig.class));
        assertThrows(IOException.class, () -> Json.parse(Json.text(quick).replace("  \"width\" : 1,\n", ""), TrainingConfig.class));
    }

    @Test
    void namesWhatAnotherConfigurationHasOtherwise() {
        assertEquals(List.of(), quick.differences(quick.withSeed(quick.seed())));
        assertEquals(List.of("width is 1, not 4", "seed is 1, not 2"), quick.differences(quick.withWidth(4).withSeed(2)));
        assertEquals(List.of("algorithm is auto, not direct"), quick.differences(quick.withAlgorithm(ConvolutionAlgorithm.DIRECT)));
        assertEquals(List.of("algorithm is direct, not winograd"),
            quick.withAlgorithm(ConvolutionAlgorithm.DIRECT).differences(quick.withAlgorithm(ConvolutionAlgorithm.WINOGRAD)));
        assertEquals(List.of(), quick.withAlgorithm(ConvolutionAlgorithm.DIRECT).differences(quick), "auto leaves it open");
    }
}
