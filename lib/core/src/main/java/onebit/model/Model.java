package onebit.model;

/**
 * A network with its parameters: what can be evaluated.
 *
 * @param graph   the network
 * @param state   a tensor for each of its parameters
 * @param dataset {@code cifar10} or {@code cifar100}: what it was trained on
 * @param origin  one line for people: where it comes from
 */
public record Model(Graph graph, NamedTensors state, String dataset, String origin) {
    public Model {
        state.check(graph);
    }
}
