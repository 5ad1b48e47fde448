package onebit.testing;

import onebit.engine.Batch;

/** A batch of which one image cannot be read: {@link IllegalArgumentException}, "planted". */
public record UnreadableImage(Batch whole, int unreadable) implements Batch {

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public int label(int index) {
        return whole.label(index);
    }

    @Override
    public void read(int index, float[] pixels) {
        if (index == unreadable) throw new IllegalArgumentException("planted");
        whole.read(index, pixels);
    }
}
