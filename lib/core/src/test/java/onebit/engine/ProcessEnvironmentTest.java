package onebit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ProcessEnvironmentTest {

    @Test
    void nativeLibrariesReadWhatWasSetLast() throws Throwable {
        for (String value : new String[] {"1", "other"}) {
            ProcessEnvironment.set("ONEBIT_TEST", value);
            assertEquals(value, nativeValue("ONEBIT_TEST"));
        }
    }

    private static String nativeValue(String variable) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var getenv = linker.downcallHandle(linker.defaultLookup().find("getenv").orElseThrow(), FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            return ((MemorySegment) getenv.invokeWithArguments(arena.allocateFrom(variable))).reinterpret(64).getString(0);
        }
    }
}
