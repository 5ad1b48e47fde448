package onebit.testing;

import onebit.engine.Batch;

/** A batch of which one image cannot be read: {@link IllegalArgumentException}, "planted". */
public final class UnreadableImage extends ChangedBatch {

    private final int unreadable;

    public UnreadableImage(Batch whole, int unreadable) {
        super(whole);
        this.unreadable = unreadable;
    }

    @Override
    public void read(int index, float[] pixels) {
        if (index == unreadable) throw new IllegalArgumentException("planted");
        super.read(index, pixels);
    }
}
