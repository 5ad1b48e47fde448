/** The results table: made of run folders and the published figures, and of nothing else. */
package onebit.kit.results;
