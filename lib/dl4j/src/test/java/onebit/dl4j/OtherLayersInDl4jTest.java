package onebit.dl4j;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@link OtherLayersInDl4j} where DL4J is: in the engine's class loader. */
class OtherLayersInDl4jTest {

    @ParameterizedTest
    @ValueSource(strings = {"theirLikesOfOursAreRead", "subclassesOfAConvolution", "aConvolutionOfChannelsLast", "rectifiersWithASlopeACeilingOrAThreshold",
        "aPoolWithHoles"})
    void whatIsNotOursIsRefused(String check) throws Throwable {
        TestEngine.run("onebit.dl4j.OtherLayersInDl4j", check);
    }
}
