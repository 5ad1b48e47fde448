package onebit.data;

/** Hears how a long task goes on. Called often, from the thread that does the task; must return quickly. */
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress NONE = (task, done, total, unit) -> {};

    /**
     * @param task  what is being done, for people: "Downloading cifar-10-binary.tar.gz"
     * @param done  how much is done, in units; equal to total when the task has ended
     * @param total how much there is to do, -1 if not known
     * @param unit  "bytes", "files", "images", ...
     */
    void update(String task, long done, long total, String unit);

    /** Hears what is to be known before a task begins, a line for people. */
    default void say(String line) {}
}
