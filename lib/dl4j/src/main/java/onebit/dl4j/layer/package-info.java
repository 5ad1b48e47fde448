/**
 * Layers for DeepLearning4J's {@code ComputationGraph}, of the operations that it lacks or is slow at: configuration
 * (JSON), implementation, parameters. Activations are images, rows, columns, channels, in that order (NHWC): oneDNN's
 * convolutions take that as it is, while ND4J turns NCHW into oneDNN's blocks and back at each call.
 */
package onebit.dl4j.layer;
