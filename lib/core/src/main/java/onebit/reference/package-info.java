/**
 * The oracle: float64, plain loops straight from the graph, one thread, no plan and no natives. Slow and simple on
 * purpose; every other engine is tested against it, and it is tested by finite differences.
 */
package onebit.reference;
