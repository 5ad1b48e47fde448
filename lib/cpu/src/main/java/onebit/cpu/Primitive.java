package onebit.cpu;

import java.lang.foreign.ValueLayout;

/** A oneDNN primitive. Made once, run by any number of workers, each through a {@link Bound} of its own. */
final class Primitive {

    private final Natives natives;
    private final long handle;
    private final int[] names;
    private final long[] descriptors;
    private final long scratchpad;

    /** The primitive descriptor: the hint that backward primitives need. */
    final long descriptor;

    /** oneDNN's name for what it chose. */
    final String implementation;

    /**
     * @param natives     what owns it, its descriptor and what is bound to it
     * @param names       argument numbers (OneDnn.SRC, ...), three at most, in the order in which {@link Bound#run} takes addresses
     * @param descriptors a memory descriptor for each
     */
    Primitive(Natives natives, long descriptor, int[] names, long... descriptors) {
        this.natives = natives;
        this.descriptor = descriptor;
        this.names = names;
        this.descriptors = descriptors;
        handle = OneDnn.primitive(natives, descriptor);
        scratchpad = OneDnn.query(natives, descriptor, OneDnn.QUERY_SCRATCHPAD);
        implementation = OneDnn.implementation(descriptor);
    }

    /** From one descriptor to another. */
    static Bound reorder(Natives natives, long from, long to) {
        return new Primitive(natives, OneDnn.reorder(natives, from, to, OneDnn.attributes(natives, false)), new int[] {OneDnn.SRC, OneDnn.DST}, from, to).bind();
    }

    /** For one thread. */
    Bound bind() {
        return new Bound();
    }

    /** The primitive with argument memory of its own, for one thread: each run says where the data lie. */
    final class Bound {

        private static final long ARGUMENT_BYTES = 16;

        private final int count = names.length + 1;
        private final long scratchBytes = OneDnn.size(scratchpad);
        private final long[] memories = new long[count];
        private final long arguments = natives.allocate(ARGUMENT_BYTES * count);

        private Bound() {
            for (int i = 0; i < names.length; i++) add(i, names[i], descriptors[i]);
            add(names.length, OneDnn.SCRATCHPAD, scratchpad);
        }

        private void add(int i, int name, long of) {
            memories[i] = OneDnn.memory(natives, of);
            long argument = arguments + i * ARGUMENT_BYTES;
            Vectors.MEMORY.set(ValueLayout.JAVA_INT, argument, name);
            Vectors.MEMORY.set(ValueLayout.JAVA_LONG, argument + 8, memories[i]);
        }

        void run(Worker worker, long first, long second) {
            OneDnn.pointTo(memories[0], first);
            OneDnn.pointTo(memories[1], second);
            OneDnn.pointTo(memories[count - 1], worker.area("scratchpad", scratchBytes));
            OneDnn.execute(handle, worker.stream, count, arguments);
        }

        void run(Worker worker, long first, long second, long third) {
            OneDnn.pointTo(memories[2], third);
            run(worker, first, second);
        }
    }
}
