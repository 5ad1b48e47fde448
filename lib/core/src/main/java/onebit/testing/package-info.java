/** How an engine is tested, by tests and on a machine that nobody has tried: against the float64 reference on small networks. */
package onebit.testing;
