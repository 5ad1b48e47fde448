package onebit.testing;

import onebit.engine.Batch;

/** A batch that is another one but for what a test overrides. */
public class ChangedBatch implements Batch {

    private final Batch whole;

    public ChangedBatch(Batch whole) {
        this.whole = whole;
    }

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
        whole.read(index, pixels);
    }
}
