package onebit.plan;

import java.util.Optional;
import onebit.model.Node;

/**
 * How a convolution sees a stored tensor: normalized, then activated. What is stored is the tensor before both, so
 * that backward can recompute the rest.
 */
public record Reading(Buffer tensor, Optional<Node.BatchNorm> norm, Activation activation) {}
