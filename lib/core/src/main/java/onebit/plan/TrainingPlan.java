package onebit.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import onebit.model.Graph;

/**
 * A graph lowered to the list of passes that a CPU's caches and a GPU's tensor cores both run fast: each convolution
 * with what surrounds it. Only tensors before normalization are kept; backward recomputes the rest. Nothing here knows
 * of layouts, threads or devices.
 */
public final class TrainingPlan {

    private final List<Pass> passes;
    private final int forwardPasses;
    private final Map<Buffer, Lifetime> lifetimes = new LinkedHashMap<>();

    /** First pass that fills a buffer and last pass that needs it, as indices into {@link #passes()}. */
    public record Lifetime(int first, int last) {
        public boolean overlaps(Lifetime other) {
            return first <= other.last && other.first <= last;
        }
    }

    /**
     * Buffers laid over slots of memory.
     *
     * @param slot      for each buffer the index of its slot
     * @param slotSizes size of each slot, in the unit that sizes were given in
     */
    public record Assignment(Map<Buffer, Integer> slot, List<Long> slotSizes) {
        public long total() {
            return slotSizes.stream().mapToLong(Long::longValue).sum();
        }
    }

    private TrainingPlan(List<Pass> forward, List<Pass> backward) {
        this.passes = Stream.concat(forward.stream(), backward.stream()).toList();
        this.forwardPasses = forward.size();
        for (int i = 0; i < passes.size(); i++) note(i, passes.get(i));
    }

    /** @throws UnsupportedOperationException if the graph is of another family than residual and plain networks */
    public static TrainingPlan training(Graph graph) {
        Lowering lowering = new Lowering(graph);
        return new TrainingPlan(lowering.forward(true), lowering.backward());
    }

    /** The forward passes alone. */
    public static TrainingPlan inference(Graph graph) {
        return new TrainingPlan(new Lowering(graph).forward(false), List.of());
    }

    private void note(int index, Pass pass) {
        for (Buffer b : pass.reads()) {
            Lifetime l = lifetimes.get(b);
            if (l == null)
                throw new IllegalStateException("Pass " + index + " (" + pass + ") reads '" + b + "' before anything has written it.");
            lifetimes.put(b, new Lifetime(l.first, index));
        }
        for (Buffer b : pass.writes()) lifetimes.merge(b, new Lifetime(index, index), (l, now) -> new Lifetime(l.first, index));
    }

    /** All passes, in order. */
    public List<Pass> passes() {
        return passes;
    }

    public List<Pass> forward() {
        return passes.subList(0, forwardPasses);
    }

    public List<Pass> backward() {
        return passes.subList(forwardPasses, passes.size());
    }

    public Map<Buffer, Lifetime> lifetimes() {
        return java.util.Collections.unmodifiableMap(lifetimes);
    }

    /**
     * Lays the buffers over as little memory as first-fit finds: two buffers share a slot only if no pass needs both.
     *
     * @param size memory that a buffer needs, in any unit
     */
    public Assignment assign(ToLongFunction<Buffer> size) {
        Map<Buffer, Integer> slots = new LinkedHashMap<>();
        List<List<Buffer>> contents = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        List<Buffer> largestFirst = lifetimes.keySet().stream()
            .sorted((a, b) -> Long.compare(size.applyAsLong(b), size.applyAsLong(a))).toList();
        for (Buffer buffer : largestFirst) {
            int slot = 0;
            while (slot < contents.size() && contents.get(slot).stream().anyMatch(o -> lifetimes.get(o).overlaps(lifetimes.get(buffer)))) slot++;
            if (slot == contents.size()) {
                contents.add(new ArrayList<>());
                sizes.add(size.applyAsLong(buffer));
            }
            contents.get(slot).add(buffer);
            slots.put(buffer, slot);
        }
        Assignment assignment = new Assignment(slots, sizes);
        check(assignment);
        return assignment;
    }

    /**
     * Runs the plan on paper: every pass must find in each slot it reads what was last written there for that buffer.
     *
     * @throws IllegalStateException naming the pass and the two buffers, if one destroys the other
     */
    public void check(Assignment assignment) {
        Map<Integer, Buffer> holds = new LinkedHashMap<>();
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            for (Buffer b : pass.reads()) {
                Buffer found = holds.get(assignment.slot().get(b));
                if (!b.equals(found))
                    throw new IllegalStateException("Pass " + i + " (" + pass + ") needs '" + b + "', but its memory holds '" + found + "'.");
            }
            for (Buffer b : pass.writes()) {
                Integer slot = assignment.slot().get(b);
                for (Buffer r : pass.reads())
                    if (!r.equals(b) && assignment.slot().get(r).equals(slot))
                        throw new IllegalStateException("Pass " + i + " (" + pass + ") would write '" + b + "' over '" + r + "', which it reads.");
                holds.put(slot, b);
            }
        }
    }
}
