package onebit.kit.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a cell shows. */
final class ShownOutput implements NotebookOutput {

    final List<Object> values = new ArrayList<>();
    /** Of each slot that was used, all that it showed. */
    final List<List<Content>> slots = new CopyOnWriteArrayList<>();

    @Override
    public void show(Object value) {
        values.add(value);
    }

    @Override
    public Slot slot() {
        List<Content> contents = new CopyOnWriteArrayList<>();
        return content -> {
            if (contents.isEmpty()) slots.add(contents);
            contents.add(content);
        };
    }

    /** What the slots show in the end. */
    List<String> texts() {
        return slots.stream().map(contents -> contents.getLast().text()).toList();
    }
}
