/**
 * The graph executed by libtorch, PyTorch's library, through JavaCPP's presets: the same few hundred lines on the CPU and on
 * an NVIDIA GPU. Backward is libtorch's autograd.
 */
package onebit.torch;
