package onebit.cpu;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How workers' images are worked on: in chunks of nearly equal size.
 *
 * @param parts number of images of each worker
 */
record Chunks(Collection<Integer> parts) {

    /** One chunk. */
    interface Chunk {

        /** @param first index of its first image in the batch */
        void at(int first, int images);
    }

    int workers() {
        return parts.size();
    }

    /** Sizes that chunks of {@code most} images at most have. */
    SortedSet<Integer> sizes(int most) {
        SortedSet<Integer> sizes = new TreeSet<>();
        for (int images : parts) forEach(0, images, most, (first, n) -> sizes.add(n));
        return sizes;
    }

    /** Goes through the worker's images, {@code most} at a time at most. */
    static void of(Worker worker, int most, Chunk chunk) {
        forEach(worker.from, worker.images(), most, chunk);
    }

    private static void forEach(int from, int images, int most, Chunk chunk) {
        int n = (images + most - 1) / most;
        for (int i = 0; i < n; i++) {
            int start = (int) ((long) images * i / n), end = (int) ((long) images * (i + 1) / n);
            chunk.at(from + start, end - start);
        }
    }
}
