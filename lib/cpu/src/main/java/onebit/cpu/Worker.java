package onebit.cpu;

import java.util.HashMap;
import java.util.Map;

/** One compute thread's belongings: its part of the batch, its oneDNN stream and its scratch memory. */
final class Worker {

    final int index;
    /** First image of its part of the batch, and the one after its last. */
    final int from, to;
    final long stream;
    /** One image as floats, for loading. */
    final float[] pixels;

    private final Natives natives;
    private final Map<String, Long> areas = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();
    private long scratchpad;
    private long scratchpadSize;

    Worker(int index, int from, int to, int pixels, Natives natives) {
        this.index = index;
        this.from = from;
        this.to = to;
        this.pixels = new float[pixels];
        this.natives = natives;
        stream = OneDnn.stream(natives);
    }

    int images() {
        return to - from;
    }

    /** Scratch memory of a purpose, at least this large; its contents are lost when it grows. */
    long area(String purpose, long bytes) {
        if (sizes.getOrDefault(purpose, 0L) < bytes) {
            areas.put(purpose, natives.allocate(bytes));
            sizes.put(purpose, bytes);
        }
        return areas.get(purpose);
    }

    long scratchpad(long bytes) {
        if (bytes > scratchpadSize || scratchpad == 0) {
            scratchpad = natives.allocate(Math.max(bytes, 4096));
            scratchpadSize = bytes;
        }
        return scratchpad;
    }
}
