package onebit.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import onebit.engine.CpuFeatures;
import onebit.testing.JavaProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engine's and the kernels' tests once more, in processes whose vectors are shorter than this processor's, or which do without
 * its AMX; in bf16 only if it has instructions for that: emulated, it would take long.
 */
class OtherProcessorsTest {

    @TempDir
    Path temp;

    @ParameterizedTest(name = "{0} bits")
    @ValueSource(ints = {128, 256})
    void shorterVectorsPassTheSameTests(int bits) throws Exception {
        Assumptions.assumeTrue(bits < FloatVector.SPECIES_PREFERRED.vectorBitSize(), "the tests themselves run on vectors of this length");
        assertPass(bits, List.of(), VectorsTest.class, RowKernelsTest.class, SquareTransformsTest.class, ColumnTransformsTest.class, LayoutTest.class,
            WeightKernelsTest.class, ConversionKernelsTest.class, CpuEngineTest.class);
    }

    /** A layout that oneDNN has kernels for on one processor may leave it nothing but plain loops on another. */
    @Test
    void avx2HasFastImplementationsToo() throws Exception {
        Assumptions.assumeTrue(FloatVector.SPECIES_PREFERRED.vectorBitSize() > 256, "ImplementationsTest itself runs without AVX-512");
        assertPass(256, List.of("env", "ONEDNN_MAX_CPU_ISA=AVX2"), ImplementationsTest.class);
    }

    /** A processor that has AMX computes in bf16 as one without it, too, if oneDNN is told so. */
    @Test
    void bf16WithoutAmxPassesTheSameTests() throws Exception {
        Assumptions.assumeTrue(CpuFeatures.detect().bf16() && OneDnn.amx(), "the tests themselves run without AMX, or without bf16");
        assertPass(512, List.of("env", "ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16"), ImplementationsTest.class, CpuEngineTest.class);
    }

    private void assertPass(int bits, List<String> prefix, Class<?>... tests) throws Exception {
        // Of eight random networks some have each node type, both norms and both kinds of weights (RandomGraphs).
        String printed = JavaProcess.of(TestProcess.class).withOptions("-Donebit.vector.bits=" + bits, "-Donebit.test.networks=8")
            .run(prefix, temp.resolve("output"), Stream.of(tests).map(Class::getName).toArray(String[]::new));
        for (Class<?> test : tests)
            assertTrue(printed.contains(test.getSimpleName() + " passed on " + bits + "-bit vectors"), printed);
    }
}
