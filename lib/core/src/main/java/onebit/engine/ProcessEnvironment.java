package onebit.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Environment variables as native libraries of this process read them; Java's own view of them stays as it was. */
public final class ProcessEnvironment {

    private ProcessEnvironment() {}

    /** To be called before the library is loaded that reads the variable. On systems with {@code setenv}; elsewhere nothing. */
    public static void set(String variable, String value) {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("setenv").ifPresent(function -> {
            var setenv = linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            try (Arena arena = Arena.ofConfined()) {
                setenv.invokeWithArguments(arena.allocateFrom(variable), arena.allocateFrom(value), 1);
            } catch (Throwable e) {
                throw new IllegalStateException("The environment could not be set.", e);
            }
        });
    }
}
