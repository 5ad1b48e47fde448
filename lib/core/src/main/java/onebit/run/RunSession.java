package onebit.run;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The stretch of a run that one call of {@link onebit.train.Trainer#train} does.
 *
 * @param before   the run's provenance up to here
 * @param started  when the network was ready
 * @param from     first step done, for people
 * @param engine   label of the {@link onebit.engine.Execution}
 * @param network  the engine's description of the network
 * @param software that runs
 * @param machine  it runs on
 */
public record RunSession(Provenance before, Instant started, String from, String engine, String network, Software software, Machine machine) {

    /**
     * The run's provenance with this session up to now.
     *
     * @param to     the next step, for people
     * @param pflops of the whole run so far
     */
    public Provenance until(String to, double pflops) {
        Instant now = Instant.now();
        double seconds = Duration.between(started, now).toMillis() / 1e3;
        return before.with(new Provenance.Session(time(started), time(now), seconds, from, to, engine, network, software, machine), pflops);
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
