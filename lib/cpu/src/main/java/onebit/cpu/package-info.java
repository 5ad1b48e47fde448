/** The training plan executed on oneDNN and the Vector API. */
package onebit.cpu;
