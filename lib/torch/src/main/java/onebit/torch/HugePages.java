package onebit.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Has libtorch ask the system for huge pages, by the environment variable that it reads when it is loaded. */
final class HugePages {

    private HugePages() {}

    /** On systems with {@code setenv}; elsewhere nothing. */
    static void ask() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setenv").ifPresent(function -> {
            var setenv = linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            try (Arena arena = Arena.ofConfined()) {
                setenv.invokeWithArguments(arena.allocateFrom("THP_MEM_ALLOC_ENABLE"), arena.allocateFrom("1"), 1);
            } catch (Throwable e) {
                throw new IllegalStateException("The environment could not be set.", e);
            }
        });
    }
}
