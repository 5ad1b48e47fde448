package onebit.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.Locale;
import onebit.engine.ConvolutionAlgorithm;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;
import onebit.model.InitialWeights;
import onebit.model.WideResNet;
import onebit.testing.SyntheticBatch;

/**
 * A process that trains a wide residual network of 20 layers on made-up images until its compute threads allocate no more
 * than so many bytes of Java's heap a step, for some steps on end, or the steps are used up; prints how many they allocated
 * last, and after how many steps: {@code PRECISION ALGORITHM WIDTH BATCH BYTES STEPS}.
 */
final class MeasuredTraining {

    private static final int WINDOW = 8;

    private MeasuredTraining() {}

    public static void main(String[] arguments) {
        Precision precision = Precision.of(arguments[0]);
        ConvolutionAlgorithm algorithm = ConvolutionAlgorithm.valueOf(arguments[1].toUpperCase(Locale.ROOT));
        int width = Integer.parseInt(arguments[2]), batchSize = Integer.parseInt(arguments[3]);
        long bound = Long.parseLong(arguments[4]), steps = Long.parseLong(arguments[5]), done = 0, bytes;
        Graph graph = WideResNet.graph(WideResNet.Spec.ofPaper(10).withWidth(width));
        SyntheticBatch batch = SyntheticBatch.of(graph, batchSize, 1);
        try (Network network = new CpuEngine().network(graph, NetworkOptions.training(precision).withAlgorithm(algorithm).withBatchSize(batchSize))) {
            network.load(InitialWeights.state(graph, 1));
            do {
                long before = allocatedByWorkers();
                for (int i = 0; i < WINDOW; i++) network.train(batch, 0.1);
                bytes = (allocatedByWorkers() - before) / WINDOW;
                done += WINDOW;
            } while (bytes > bound && done < steps);
            System.out.println(bytes + " bytes a step after " + done + " steps");
        }
    }

    private static long allocatedByWorkers() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] workers = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds())).filter(t -> t.getThreadName().startsWith("onebit-cpu-"))
            .mapToLong(ThreadInfo::getThreadId).toArray();
        if (workers.length == 0) throw new IllegalStateException("No compute thread is there to be measured.");
        return Arrays.stream(threads.getThreadAllocatedBytes(workers)).sum();
    }
}
