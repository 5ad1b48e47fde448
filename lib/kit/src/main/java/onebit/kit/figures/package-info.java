/**
 * The figures: what was published, what this kit measured, and neither taken for the other. Charts are XChart's, to be had
 * one by one in notebooks; a {@link onebit.kit.figures.Figure} is a whole page of them, for files.
 */
package onebit.kit.figures;
