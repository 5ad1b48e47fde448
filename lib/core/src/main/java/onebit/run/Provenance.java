package onebit.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a run's figures came about: {@code provenance.json}. Renewed with every checkpoint.
 *
 * @param data     checksums of the files of the data set, by file name
 * @param seed     of initial weights, order and augmentation
 * @param weights  parameters of the convolutions
 * @param pflops   10^15 floating-point operations that the training so far takes: 6 a multiply-accumulate and image (forward,
 *                 backward to the data, backward to the weights, two each)
 * @param seconds  time used, all sessions together: training, evaluation and saving, but not making networks and reading data
 * @param sessions from each start to what was saved last before the stop that followed, in order
 */
public record Provenance(Map<String, String> data, long seed, long weights, double pflops, double seconds, List<Session> sessions) {

    /**
     * @param started  when the network was ready; UTC, ISO 8601
     * @param ended    the last time something was saved; UTC, ISO 8601
     * @param seconds  between the two
     * @param from     where it began, for people: {@code epoch 3 of 30, 17 of 400 steps done}
     * @param to       the last position saved, likewise
     * @param engine   label of the {@link onebit.engine.Execution}; until it had one, the name of the configuration's engine
     * @param network  the engine's own description: precision, algorithms, threads
     * @param software that ran
     * @param machine  it ran on
     */
    public record Session(String started, String ended, double seconds, String from, String to, String engine, String network,
                          Software software, Machine machine) {}

    public Provenance {
        data = Collections.unmodifiableMap(new TreeMap<>(data));
        sessions = List.copyOf(sessions);
    }

    /** With another session at the end. */
    Provenance with(Session session, double pflopsSoFar) {
        List<Session> all = new ArrayList<>(sessions);
        all.add(session);
        return new Provenance(data, seed, weights, pflopsSoFar, all.stream().mapToDouble(Session::seconds).sum(), all);
    }
}
