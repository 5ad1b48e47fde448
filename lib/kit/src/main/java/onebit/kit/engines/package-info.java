/** Engines: which there are, what they can do here, and the native libraries that they need, fetched when they are used. */
package onebit.kit.engines;
