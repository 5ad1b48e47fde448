/** Graphs on DeepLearning4J: as {@code ComputationGraph}s with layers of ours, and as files of stock layers. */
package onebit.dl4j;
