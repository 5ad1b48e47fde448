package onebit.testing;

import java.util.List;
import java.util.function.UnaryOperator;
import onebit.engine.Engine;
import onebit.engine.Network;
import onebit.engine.NetworkOptions;
import onebit.model.Graph;
import onebit.reference.ReferenceEngine;

/**
 * The reference engine under its own name, with something changed: for tests of what uses engines.
 *
 * @param options of the networks, from those that were asked for
 * @param network what is given for a network of the reference
 */
public record ChangedReference(UnaryOperator<NetworkOptions> options, UnaryOperator<Network> network) implements Engine {

    public ChangedReference(UnaryOperator<Network> network) {
        this(UnaryOperator.identity(), network);
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public List<Mode> modes() {
        return new ReferenceEngine().modes();
    }

    @Override
    public Network network(Graph graph, NetworkOptions asked) {
        return network.apply(new ReferenceEngine().network(graph, options.apply(asked)));
    }
}
