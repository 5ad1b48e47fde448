/**
 * What the authors published: their figures and logs, which this library holds, and their five one-bit models, where they are, how they
 * are fetched and checked, and how their MAT files become a {@link onebit.model.Model}.
 */
package onebit.published;
