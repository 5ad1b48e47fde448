package onebit.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onebit.engine.Precision;

/**
 * The few functions of oneDNN's C API that the engine calls, through Java's foreign function interface. Its objects are bare
 * addresses; each has an owner, which destroys it when it is closed.
 */
final class OneDnn {

    // Values of dnnl_types.h.
    static final int F32 = 3;
    private static final int BF16 = 2;
    static final int TAG_ANY = 1, TAG_OIHW = 5, TAG_ABC = 4;
    static final int SRC = 1, DST = 17, WEIGHTS = 33, SCRATCHPAD = 80, DIFF_SRC = 129, DIFF_DST = 145, DIFF_WEIGHTS = 161;
    static final int QUERY_WEIGHTS = 131, QUERY_DIFF_WEIGHTS = 132, QUERY_SCRATCHPAD = 136;
    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int CPU = 1, DEFAULT_STREAM = 1, USER_SCRATCHPAD = 1, FORWARD_TRAINING = 64, DIRECT = 1;
    private static final int AVERAGE_EXCLUDING_PADDING = 1023, AMX = 0xfef;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY;
    private static final Optional<MethodHandle> OMP_SET_NUM_THREADS;

    static {
        List<Path> files = NativeLibrary.unpack();
        SymbolLookup lookup = null;
        Optional<MemorySegment> omp = Optional.empty();
        for (Path file : files) {
            lookup = SymbolLookup.libraryLookup(file, Arena.global());
            if (omp.isEmpty()) omp = lookup.find("omp_set_num_threads");
        }
        if (omp.isEmpty()) omp = NativeLibrary.systemOpenMp().flatMap(name -> SymbolLookup.libraryLookup(name, Arena.global()).find("omp_set_num_threads"));
        LIBRARY = lookup;
        OMP_SET_NUM_THREADS = omp.map(address -> LINKER.downcallHandle(address, FunctionDescriptor.ofVoid(JAVA_INT)));
    }

    private static final MethodHandle ENGINE_CREATE = function("dnnl_engine_create", ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle STREAM_CREATE = function("dnnl_stream_create", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle STREAM_DESTROY = function("dnnl_stream_destroy", JAVA_LONG);
    private static final MethodHandle ATTR_CREATE = function("dnnl_primitive_attr_create", ADDRESS);
    private static final MethodHandle ATTR_DESTROY = function("dnnl_primitive_attr_destroy", JAVA_LONG);
    private static final MethodHandle ATTR_SET_SCRATCHPAD = function("dnnl_primitive_attr_set_scratchpad_mode", JAVA_LONG, JAVA_INT);
    private static final MethodHandle ATTR_SET_POST_OPS = function("dnnl_primitive_attr_set_post_ops", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle POST_OPS_CREATE = function("dnnl_post_ops_create", ADDRESS);
    private static final MethodHandle POST_OPS_DESTROY = function("dnnl_post_ops_destroy", JAVA_LONG);
    private static final MethodHandle POST_OPS_APPEND_SUM = function("dnnl_post_ops_append_sum", JAVA_LONG,
        java.lang.foreign.ValueLayout.JAVA_FLOAT, JAVA_INT, JAVA_INT);
    private static final MethodHandle MD_WITH_TAG = function("dnnl_memory_desc_create_with_tag", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle MD_WITH_STRIDES = function("dnnl_memory_desc_create_with_strides", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle MD_CLONE = function("dnnl_memory_desc_clone", ADDRESS, JAVA_LONG);
    private static final MethodHandle MD_DESTROY = function("dnnl_memory_desc_destroy", JAVA_LONG);
    private static final MethodHandle MD_SIZE = handle("dnnl_memory_desc_get_size", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MD_EQUAL = function("dnnl_memory_desc_equal", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EFFECTIVE_ISA = function("dnnl_get_effective_cpu_isa");
    private static final MethodHandle MEMORY_CREATE = function("dnnl_memory_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MEMORY_SET_HANDLE = function("dnnl_memory_set_data_handle", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MEMORY_DESTROY = function("dnnl_memory_destroy", JAVA_LONG);
    private static final MethodHandle CONV_FORWARD = function("dnnl_convolution_forward_primitive_desc_create", ADDRESS, JAVA_LONG,
        JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle CONV_BACKWARD_DATA = function("dnnl_convolution_backward_data_primitive_desc_create", ADDRESS, JAVA_LONG,
        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CONV_BACKWARD_WEIGHTS = function("dnnl_convolution_backward_weights_primitive_desc_create", ADDRESS, JAVA_LONG,
        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle POOL_FORWARD = function("dnnl_pooling_forward_primitive_desc_create", ADDRESS, JAVA_LONG,
        JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    private static final MethodHandle POOL_BACKWARD = function("dnnl_pooling_backward_primitive_desc_create", ADDRESS, JAVA_LONG,
        JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MATMUL = function("dnnl_matmul_primitive_desc_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle REORDER = function("dnnl_reorder_primitive_desc_create", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PD_QUERY = function("dnnl_primitive_desc_query", JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PD_QUERY_MD = handle("dnnl_primitive_desc_query_md", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle PD_DESTROY = function("dnnl_primitive_desc_destroy", JAVA_LONG);
    private static final MethodHandle PRIMITIVE_CREATE = function("dnnl_primitive_create", ADDRESS, JAVA_LONG);
    private static final MethodHandle PRIMITIVE_DESTROY = function("dnnl_primitive_destroy", JAVA_LONG);
    private static final MethodHandle EXECUTE = function("dnnl_primitive_execute", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);

    static final long ENGINE = make("engine", out -> (int) ENGINE_CREATE.invokeExact(out, CPU, 0L));

    private OneDnn() {}

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LIBRARY.find(name).orElseThrow(() ->
            new UnsupportedOperationException("The oneDNN library lacks '" + name + "'; another version was found than the one expected.")), descriptor);
    }

    private interface Call {
        int into(MemorySegment out) throws Throwable;
    }

    private interface Invocation {
        int call() throws Throwable;
    }

    private static long make(String what, Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            check(what, call.into(out));
            return out.get(JAVA_LONG, 0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private interface Destruction {
        int of(long object) throws Throwable;
    }

    /** The same, for an owner. */
    private static long make(Natives owner, String what, Call call, Destruction destruction) {
        long object = make(what, call);
        owner.own(() -> call(what, () -> destruction.of(object)));
        return object;
    }

    private static void call(String what, Invocation invocation) {
        try {
            check(what, invocation.call());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void check(String what, int status) {
        if (status == 0) return;
        String meaning = switch (status) {
            case 1 -> "out of memory";
            case 2 -> "invalid arguments";
            case 3 -> "not implemented on this processor";
            default -> "status " + status;
        };
        throw new IllegalStateException("oneDNN: " + what + ": " + meaning);
    }

    /** oneDNN's own threads: none, for what this thread makes and runs. It is a setting of each thread. */
    static void singleThreaded() {
        OMP_SET_NUM_THREADS.ifPresent(handle -> {
            try {
                handle.invokeExact(1);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        });
    }

    static long stream(Natives owner) {
        return make(owner, "stream", out -> (int) STREAM_CREATE.invokeExact(out, ENGINE, DEFAULT_STREAM), o -> (int) STREAM_DESTROY.invokeExact(o));
    }

    /** Attributes: scratchpad given by us; with {@code accumulate} the result is added to the destination. */
    static long attributes(Natives owner, boolean accumulate) {
        long attributes = make(owner, "attributes", out -> (int) ATTR_CREATE.invokeExact(out), o -> (int) ATTR_DESTROY.invokeExact(o));
        call("scratchpad mode", () -> (int) ATTR_SET_SCRATCHPAD.invokeExact(attributes, USER_SCRATCHPAD));
        if (accumulate) {
            long ops = make(owner, "post-operations", out -> (int) POST_OPS_CREATE.invokeExact(out), o -> (int) POST_OPS_DESTROY.invokeExact(o));
            call("sum", () -> (int) POST_OPS_APPEND_SUM.invokeExact(ops, 1f, 0, 0));
            call("post-operations", () -> (int) ATTR_SET_POST_OPS.invokeExact(attributes, ops));
        }
        return attributes;
    }

    /** oneDNN's type of values. */
    static int type(Precision precision) {
        return precision == Precision.BF16 ? BF16 : F32;
    }

    static long descriptor(Natives owner, int type, int tag, long... dims) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment d = arena.allocateFrom(JAVA_LONG, dims);
            return descriptor(owner, out -> (int) MD_WITH_TAG.invokeExact(out, dims.length, d, type, tag));
        }
    }

    /** A descriptor whose dimension i advances by strides[i] elements. */
    static long strided(Natives owner, int type, long[] dims, long[] strides) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment d = arena.allocateFrom(JAVA_LONG, dims), s = arena.allocateFrom(JAVA_LONG, strides);
            return descriptor(owner, out -> (int) MD_WITH_STRIDES.invokeExact(out, dims.length, d, type, s));
        }
    }

    private static long descriptor(Natives owner, Call call) {
        return make(owner, "memory descriptor", call, o -> (int) MD_DESTROY.invokeExact(o));
    }

    static long size(long descriptor) {
        try {
            return (long) MD_SIZE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static boolean equal(long descriptor, long other) {
        return answer(() -> (int) MD_EQUAL.invokeExact(descriptor, other)) != 0;
    }

    /** Whether oneDNN forms products of bf16 by AMX here: the processor has it, the system grants it and no setting forbids it. */
    static boolean amx() {
        return (answer(() -> (int) EFFECTIVE_ISA.invokeExact()) & AMX) == AMX;
    }

    private static int answer(Invocation invocation) {
        try {
            return invocation.call();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** A descriptor that the primitive chose. */
    static long query(Natives owner, long primitiveDescriptor, int what) {
        return descriptor(owner, out -> (int) MD_CLONE.invokeExact(out, (long) PD_QUERY_MD.invokeExact(primitiveDescriptor, what, 0)));
    }

    /** Name of the implementation that oneDNN chose, for example {@code brg_conv_fwd:avx512_core_bf16}. */
    static String implementation(long primitiveDescriptor) {
        long address = make("implementation query", out -> (int) PD_QUERY.invokeExact(primitiveDescriptor, QUERY_IMPLEMENTATION, 0, out));
        return MemorySegment.ofAddress(address).reinterpret(256).getString(0);
    }

    static long memory(Natives owner, long descriptor) {
        return make(owner, "memory", out -> (int) MEMORY_CREATE.invokeExact(out, descriptor, ENGINE, 0L), o -> (int) MEMORY_DESTROY.invokeExact(o));
    }

    static void pointTo(long memory, long address) {
        call("memory", () -> (int) MEMORY_SET_HANDLE.invokeExact(memory, address));
    }

    static long primitive(Natives owner, long descriptor) {
        return make(owner, "primitive", out -> (int) PRIMITIVE_CREATE.invokeExact(out, descriptor), o -> (int) PRIMITIVE_DESTROY.invokeExact(o));
    }

    static void execute(long primitive, long stream, int arguments, long argumentList) {
        call("execution", () -> (int) EXECUTE.invokeExact(primitive, stream, arguments, argumentList));
    }

    // Descriptors of primitives. Those of gradients take that of the forward primitive as a hint.

    private static long primitiveDescriptor(Natives owner, String what, Call call) {
        return make(owner, what, call, o -> (int) PD_DESTROY.invokeExact(o));
    }

    /** Stride and padding of a convolution, as oneDNN takes them: (rows, columns). */
    record Window(long[] strides, long[] before, long[] after) {}

    private interface WindowCall {
        int into(MemorySegment out, MemorySegment strides, MemorySegment dilates, MemorySegment before, MemorySegment after) throws Throwable;
    }

    private static long windowed(Natives owner, String what, Window w, WindowCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment strides = arena.allocateFrom(JAVA_LONG, w.strides()), dilates = arena.allocateFrom(JAVA_LONG, 0L, 0L);
            MemorySegment before = arena.allocateFrom(JAVA_LONG, w.before()), after = arena.allocateFrom(JAVA_LONG, w.after());
            return primitiveDescriptor(owner, what, out -> call.into(out, strides, dilates, before, after));
        }
    }

    static long convolutionForward(Natives owner, long src, long weights, long dst, Window w, long attributes) {
        return windowed(owner, "convolution", w, (out, s, d, b, a) ->
            (int) CONV_FORWARD.invokeExact(out, ENGINE, FORWARD_TRAINING, DIRECT, src, weights, 0L, dst, s, d, b, a, attributes));
    }

    static long convolutionBackwardData(Natives owner, long diffSrc, long weights, long diffDst, Window w, long hint, long attributes) {
        return windowed(owner, "convolution, gradient of its input", w, (out, s, d, b, a) ->
            (int) CONV_BACKWARD_DATA.invokeExact(out, ENGINE, DIRECT, diffSrc, weights, diffDst, s, d, b, a, hint, attributes));
    }

    static long convolutionBackwardWeights(Natives owner, long src, long diffWeights, long diffDst, Window w, long hint, long attributes) {
        return windowed(owner, "convolution, gradient of its weights", w, (out, s, d, b, a) ->
            (int) CONV_BACKWARD_WEIGHTS.invokeExact(out, ENGINE, DIRECT, src, diffWeights, 0L, diffDst, s, d, b, a, hint, attributes));
    }

    static long poolForward(Natives owner, long src, long dst, int size, Window w, long attributes) {
        return windowed(owner, "pooling", w, (out, s, d, b, a) -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment kernel = arena.allocateFrom(JAVA_LONG, (long) size, (long) size);
                return (int) POOL_FORWARD.invokeExact(out, ENGINE, FORWARD_TRAINING, AVERAGE_EXCLUDING_PADDING, src, dst, s, kernel, d, b, a, attributes);
            }
        });
    }

    static long poolBackward(Natives owner, long diffSrc, long diffDst, int size, Window w, long hint, long attributes) {
        return windowed(owner, "pooling, gradient", w, (out, s, d, b, a) -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment kernel = arena.allocateFrom(JAVA_LONG, (long) size, (long) size);
                return (int) POOL_BACKWARD.invokeExact(out, ENGINE, AVERAGE_EXCLUDING_PADDING, diffSrc, diffDst, s, kernel, d, b, a, hint, attributes);
            }
        });
    }

    static long matmul(Natives owner, long src, long weights, long dst, long attributes) {
        return primitiveDescriptor(owner, "matrix product", out -> (int) MATMUL.invokeExact(out, ENGINE, src, weights, 0L, dst, attributes));
    }

    static long reorder(Natives owner, long src, long dst, long attributes) {
        return primitiveDescriptor(owner, "reorder", out -> (int) REORDER.invokeExact(out, src, ENGINE, dst, ENGINE, attributes));
    }
}
