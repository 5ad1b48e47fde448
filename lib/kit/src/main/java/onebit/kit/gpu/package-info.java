/** What is to be tried first on a machine with a GPU that nobody has tried: one table, written step by step. */
package onebit.kit.gpu;
