package onebit.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors by name, in order: how parameters travel between engines, checkpoints and files. A network's state has, for
 * each {@link Graph.Parameter}, a tensor of that name, and for each trainable one, if it has been trained, its
 * momentum under {@link #momentum(String)}.
 */
public final class NamedTensors {

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Name of the momentum (the method's v) that belongs to a parameter. */
    public static String momentum(String parameter) {
        return parameter + ".momentum";
    }

    public NamedTensors put(String name, Tensor tensor) {
        tensors.put(name, tensor);
        return this;
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) throw new IllegalArgumentException("There is no tensor '" + name + "' among the " + tensors.size() + " stored.");
        return tensor;
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * Checks that every parameter of the graph is here in its shape, and of momenta those that are here.
     *
     * @throws IllegalArgumentException naming the first that is missing or has another shape
     */
    public void check(Graph graph) {
        List<String> missing = new ArrayList<>();
        for (Graph.Parameter p : graph.parameters()) {
            Tensor tensor = tensors.get(p.name());
            if (tensor == null) missing.add(p.name());
            else checkShape(p.name(), tensor, p);
            String momentum = momentum(p.name());
            if (p.trainable() && contains(momentum)) checkShape(momentum, get(momentum), p);
        }
        if (!missing.isEmpty())
            throw new IllegalArgumentException("The stored parameters belong to another network: '" + missing.getFirst() + "'"
                + (missing.size() > 1 ? " and " + (missing.size() - 1) + " more are" : " is") + " missing.");
    }

    private static void checkShape(String name, Tensor tensor, Graph.Parameter p) {
        if (!tensor.shape().equals(p.shape()))
            throw new IllegalArgumentException("The network expects '" + name + "' in shape " + p.shape() + ", stored is " + tensor.shape() + ".");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamedTensors n && n.tensors.equals(tensors);
    }

    @Override
    public int hashCode() {
        return tensors.hashCode();
    }
}
