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
    private final Map<String, Area> areas = new HashMap<>();

    private record Area(long address, long bytes) {}

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

    /** Address of scratch memory of a purpose, at least this large; its contents are lost when it grows. */
    long area(String purpose, long bytes) {
        Area area = areas.get(purpose);
        if (area == null || area.bytes < bytes) {
            area = new Area(natives.allocate(bytes), bytes);
            areas.put(purpose, area);
        }
        return area.address;
    }
}
