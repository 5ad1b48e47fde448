package onebit.kit.notebook;

import java.util.Locale;
import onebit.data.Progress;
import onebit.kit.TaskReport;

/** A task's progress as a bar that moves in its place; a task that is done at once shows nothing. */
final class NotebookProgress implements Progress {

    private static final long INTERVAL_NANOS = 250_000_000;

    private final NotebookOutput output;
    private String task = "";
    private NotebookOutput.Slot slot;
    private long begun;
    private long begunAt;
    private long shown;
    private boolean visible;

    NotebookProgress(NotebookOutput output) {
        this.output = output;
        slot = output.slot();
    }

    @Override
    public void update(String newTask, long done, long total, String unit) {
        long now = System.nanoTime();
        if (!task.equals(newTask)) {
            task = newTask;
            slot = output.slot();
            begun = done;
            begunAt = now;
            shown = now;
            visible = false;
        }
        boolean ended = total >= 0 && done >= total;
        if (now - shown < INTERVAL_NANOS && !(ended && visible)) return;
        shown = now;
        visible = true;
        slot.show(content(done, total, unit, (now - begunAt) / 1e9, ended));
    }

    @Override
    public void say(String line) {
        output.slot().show(NotebookOutput.Content.of(line));
    }

    private NotebookOutput.Content content(long done, long total, String unit, double seconds, boolean ended) {
        String line = task + ": " + TaskReport.amount(done, total, unit);
        double rate = (done - begun) / Math.max(seconds, 1e-3);
        if (!ended && total > 0 && rate > 0) line += ", " + TaskReport.left(total - done, rate);
        String bar = total > 0 && !ended ? "<progress max=\"1\" value=\"" + String.format(Locale.ROOT, "%.3f", Math.min(1.0, (double) done / total)) + "\"></progress> " : "";
        return new NotebookOutput.Content("<p>" + bar + HtmlTable.escaped(line) + "</p>", line);
    }
}
