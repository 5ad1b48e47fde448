/** What engines that compute on NVIDIA GPUs ask of a machine before they load anything: its driver, its GPUs, its CUDA libraries. */
package onebit.nvidia;
