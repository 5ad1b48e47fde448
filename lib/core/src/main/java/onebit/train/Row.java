package onebit.train;

import java.util.List;
import java.util.stream.Collectors;
import onebit.model.Shape;
import onebit.model.WideResNet;
import onebit.model.WideResNet.Activation;
import onebit.quant.FullPrecision;
import onebit.quant.OneBit;
import onebit.quant.WeightQuantizer;
import onebit.run.UserError;

/**
 * A row of the results table: what is trained on what.
 *
 * @param id          as on the command line and in the names of run folders
 * @param title       for people
 * @param dataset     {@code cifar10} or {@code cifar100}
 * @param activation  batch norm, or shifted ReLU with its temperature T
 * @param quantizer   of every convolution's weights
 * @param paperEpochs length of the authors' run
 */
public record Row(String id, String title, String dataset, Activation activation, WeightQuantizer quantizer, int paperEpochs) {

    /** The eight rows, in the order of the table. */
    public static final List<Row> ALL = List.of(
        row("cifar10", new FullPrecision(), Activation.BATCH_NORM),
        row("cifar10", new OneBit(), Activation.BATCH_NORM),
        row("cifar10", new FullPrecision(), new Activation.ShiftedReLU(80)),
        row("cifar10", new OneBit(), new Activation.ShiftedReLU(40)),
        row("cifar100", new FullPrecision(), Activation.BATCH_NORM),
        row("cifar100", new OneBit(), Activation.BATCH_NORM),
        row("cifar100", new FullPrecision(), new Activation.ShiftedReLU(25)),
        row("cifar100", new OneBit(), new Activation.ShiftedReLU(25)));

    private static Row row(String dataset, WeightQuantizer quantizer, Activation activation) {
        boolean norm = activation instanceof Activation.BatchNormReLU;
        String title = (dataset.equals("cifar10") ? "CIFAR-10" : "CIFAR-100")
            + (quantizer instanceof OneBit ? ", 1 bit per weight" : ", full precision")
            + ", " + activation.title();
        return new Row(dataset + "-" + quantizer.name() + "-" + activation.label(), title, dataset, activation, quantizer, norm ? 254 : 300);
    }

    /** @throws UserError listing the rows if there is none of that id */
    public static Row of(String id) {
        return ALL.stream().filter(row -> row.id.equals(id)).findFirst().orElseThrow(() -> new UserError(
            "There is no row '" + id + "'. The rows are " + ALL.stream().map(Row::id).collect(Collectors.joining(", ")) + "."));
    }

    /** The learning rates of a run of this row: cycles for batch norm, whatever the length; one cosine for shifted ReLU. */
    public LearningRateSchedule schedule(int epochs) {
        return switch (activation) {
            case Activation.BatchNormReLU b -> new WarmRestartSchedule();
            case Activation.ShiftedReLU s -> new CosineSchedule(epochs);
        };
    }

    /** The network of this row in the notebooks' variant, for images of that shape. */
    public WideResNet.Spec network(int depth, int width, Shape input, int classes) {
        return new WideResNet.Spec(depth, width, classes, activation, quantizer, input, WideResNet.Variant.KERAS);
    }
}
