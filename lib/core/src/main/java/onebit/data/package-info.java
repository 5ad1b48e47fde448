/**
 * Data sets and how a network gets to see them: where CIFAR comes from, its checksums, the order and augmentation of training images.
 * Start at {@link onebit.data.CifarSources}.
 */
package onebit.data;
