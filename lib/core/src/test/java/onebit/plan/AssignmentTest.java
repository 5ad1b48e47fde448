package onebit.plan;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import onebit.model.Graph;
import onebit.model.WideResNet;
import onebit.random.CounterRandom;
import onebit.random.CounterRandom.Purpose;
import onebit.testing.RandomGraphs;
import org.junit.jupiter.api.Test;

/** Buffers laid over shared memory: nothing is overwritten while it is needed. */
class AssignmentTest {

    private static final int RANDOM_GRAPHS = 300;

    /**
     * Runs the plan on numbered contents: a pass leaves its number in each slot that it fills, and whoever reads must find
     * the number of the buffer's last writer.
     */
    @Test
    void everyPassFindsWhatTheLastWriterOfItsBuffersLeft() {
        for (long seed = 0; seed < RANDOM_GRAPHS; seed++) {
            Graph graph = RandomGraphs.graph(seed);
            for (TrainingPlan plan : List.of(TrainingPlan.training(graph), TrainingPlan.inference(graph)))
                for (ToLongFunction<Buffer> sizes : List.<ToLongFunction<Buffer>>of(b -> b.shape().size(), b -> 1, random(seed)))
                    simulate(plan, plan.assign(sizes), sizes, "seed " + seed);
        }
    }

    private static ToLongFunction<Buffer> random(long seed) {
        return b -> 1 + new CounterRandom(seed, Purpose.SYNTHETIC, 0, b.toString().hashCode()).nextInt(1000);
    }

    private static void simulate(TrainingPlan plan, TrainingPlan.Assignment assignment, ToLongFunction<Buffer> sizes, String which) {
        Map<Integer, Integer> memory = new HashMap<>();
        Map<Buffer, Integer> lastWriter = new HashMap<>();
        for (int i = 0; i < plan.passes().size(); i++) {
            Pass pass = plan.passes().get(i);
            String where = which + ", pass " + i + ": " + pass;
            Set<Buffer> touched = new LinkedHashSet<>(pass.reads());
            touched.addAll(pass.writes());
            Set<Integer> slots = new HashSet<>();
            for (Buffer b : touched) {
                assertTrue(slots.add(assignment.slot().get(b)), where);
                assertTrue(sizes.applyAsLong(b) <= assignment.slotSizes().get(assignment.slot().get(b)), where);
            }
            for (Buffer b : pass.reads()) assertEquals(lastWriter.get(b), memory.get(assignment.slot().get(b)), where + " reads " + b);
            for (Buffer b : pass.writes()) {
                memory.put(assignment.slot().get(b), i);
                lastWriter.put(b, i);
            }
        }
        assertEquals(plan.lifetimes().keySet(), assignment.slot().keySet());
    }

    @Test
    void anyTwoBuffersNeededAtOnceAreFoundWhenTheyShareMemory() {
        int clashes = 0;
        for (long seed = 0; seed < 40; seed++) {
            TrainingPlan plan = TrainingPlan.training(RandomGraphs.graph(seed));
            List<Buffer> buffers = new ArrayList<>(plan.lifetimes().keySet());
            Map<Buffer, Integer> apart = new LinkedHashMap<>();
            for (Buffer b : buffers) apart.put(b, apart.size());
            List<Long> sizes = buffers.stream().map(b -> 1L).toList();
            for (Buffer a : buffers)
                for (Buffer b : buffers) {
                    if (a.equals(b)) continue;
                    Map<Buffer, Integer> shared = new LinkedHashMap<>(apart);
                    shared.put(b, apart.get(a));
                    TrainingPlan.Assignment planted = new TrainingPlan.Assignment(shared, sizes);
                    if (!plan.lifetimes().get(a).overlaps(plan.lifetimes().get(b))) assertDoesNotThrow(() -> plan.check(planted));
                    else {
                        String message = assertThrows(IllegalStateException.class, () -> plan.check(planted), a + " and " + b).getMessage();
                        assertTrue(message.contains("'" + a + "'") && message.contains("'" + b + "'"), message);
                        clashes++;
                    }
                }
        }
        assertTrue(clashes > 1000, clashes + " clashes planted");
    }

    @Test
    void buffersThatAreNeverNeededAtOnceShareMemory() {
        TrainingPlan plan = TrainingPlan.training(WideResNet.graph(WideResNet.Spec.ofPaper(10)));
        TrainingPlan.Assignment assignment = plan.assign(b -> b.shape().size());
        long apart = plan.lifetimes().keySet().stream().mapToLong(b -> b.shape().size()).sum();
        assertTrue(assignment.total() < 0.7 * apart, assignment.total() + " values of " + apart);
        assertEquals(assignment.slotSizes().stream().mapToLong(Long::longValue).sum(), assignment.total());
    }
}
