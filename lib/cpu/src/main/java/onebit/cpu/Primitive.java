package onebit.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A oneDNN primitive. Made once, run by any number of workers, each through a {@link Bound} of its own.
 *
 * @param descriptor     primitive descriptor; the hint that backward primitives need
 * @param handle         the primitive
 * @param scratchpad     bytes of scratch memory that a run needs
 * @param implementation oneDNN's name for what it chose
 */
record Primitive(long descriptor, long handle, long scratchpad, String implementation) implements AutoCloseable {

    /** Takes over the descriptor. */
    static Primitive of(long descriptor) {
        long scratch = OneDnn.query(descriptor, OneDnn.QUERY_SCRATCHPAD);
        long size = OneDnn.size(scratch);
        OneDnn.destroyDescriptor(scratch);
        return new Primitive(descriptor, OneDnn.primitive(descriptor), size, OneDnn.implementation(descriptor));
    }

    @Override
    public void close() {
        OneDnn.destroyPrimitive(handle);
        OneDnn.destroyPrimitiveDescriptor(descriptor);
    }

    /** A primitive with argument memory of its own, for one thread: each run says where the data lie. */
    static final class Bound implements AutoCloseable {

        private static final long ARGUMENT_BYTES = 16;

        private final Primitive primitive;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment arguments;
        private final long[] memories;
        private final int count;
        private final boolean owner;

        /** A reorder of its own, from one descriptor to another; closing it closes the primitive. */
        static Bound reorder(long from, long to) {
            long attributes = OneDnn.attributes(false);
            Primitive p = of(OneDnn.reorder(from, to, attributes));
            OneDnn.destroyAttributes(attributes);
            return new Bound(p, new int[] {OneDnn.SRC, OneDnn.DST}, new long[] {from, to}, true);
        }

        /**
         * @param names       argument numbers (OneDnn.SRC, ...), three at most, in the order in which {@link #run} takes addresses
         * @param descriptors a memory descriptor for each; not kept
         */
        Bound(Primitive primitive, int[] names, long[] descriptors) {
            this(primitive, names, descriptors, false);
        }

        private Bound(Primitive primitive, int[] names, long[] descriptors, boolean owner) {
            this.primitive = primitive;
            this.owner = owner;
            count = names.length + 1;
            memories = new long[count];
            arguments = arena.allocate(ARGUMENT_BYTES * count, 8);
            for (int i = 0; i < names.length; i++) add(i, names[i], descriptors[i]);
            long scratch = OneDnn.query(primitive.descriptor, OneDnn.QUERY_SCRATCHPAD);
            add(names.length, OneDnn.SCRATCHPAD, scratch);
            OneDnn.destroyDescriptor(scratch);
        }

        private void add(int i, int name, long descriptor) {
            memories[i] = OneDnn.memory(descriptor);
            arguments.set(ValueLayout.JAVA_INT, i * ARGUMENT_BYTES, name);
            arguments.set(ValueLayout.JAVA_LONG, i * ARGUMENT_BYTES + 8, memories[i]);
        }

        void run(Worker worker, long first, long second) {
            OneDnn.pointTo(memories[0], first);
            OneDnn.pointTo(memories[1], second);
            execute(worker);
        }

        void run(Worker worker, long first, long second, long third) {
            OneDnn.pointTo(memories[2], third);
            run(worker, first, second);
        }

        private void execute(Worker worker) {
            OneDnn.pointTo(memories[count - 1], worker.scratchpad(primitive.scratchpad));
            OneDnn.execute(primitive.handle, worker.stream, count, arguments.address());
        }

        @Override
        public void close() {
            for (long m : memories) OneDnn.destroyMemory(m);
            arena.close();
            if (owner) primitive.close();
        }
    }
}
