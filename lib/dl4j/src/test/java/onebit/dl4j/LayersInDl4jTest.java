package onebit.dl4j;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@link LayersInDl4j} where DL4J is: in the engine's class loader. */
class LayersInDl4jTest {

    @ParameterizedTest
    @ValueSource(strings = {"theBuildIsForTheCpu", "jsonRoundTrip", "savedAndRestoredNetworkTrainsOn", "fittingLowersTheScore", "initialWeightsAreTruncatedNormal",
        "momentumIsTheMethods", "anotherQuantizerIsKnownByItsClass"})
    void layersAreGoodCitizensOfDl4j(String check) throws Throwable {
        TestEngine.run("onebit.dl4j.LayersInDl4j", check);
    }
}
