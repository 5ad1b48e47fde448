/** How fast an engine trains and infers, on random images. */
package onebit.kit.bench;
