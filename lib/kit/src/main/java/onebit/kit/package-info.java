/** What people use: the command line, results and figures, and the resolution of engines. */
package onebit.kit;
