package onebit.reference;

import java.util.List;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.engine.Precision;
import onebit.model.Graph;

/** Executes every graph in float64 with plain loops: what the other engines are tested against. */
public final class ReferenceEngine implements Engine {

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public List<Mode> modes() {
        return List.of(new Mode(Precision.FLOAT64, true, "plain loops, 1 thread; for tests, hundreds of times slower than other engines"));
    }

    @Override
    public Network network(Graph graph, NetworkOptions options) {
        mode(options);
        return new ReferenceNetwork(graph, options);
    }
}
