/** What an engine is, and what the library asks of one. Start at {@link onebit.engine.Engine} and {@link onebit.engine.Network}. */
package onebit.engine;
