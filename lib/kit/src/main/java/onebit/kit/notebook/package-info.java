/**
 * What the notebooks' cells call, a class a notebook, with settings from environment variables; training with a live chart that an
 * interrupt stops; and what they add to the kernel JJava: how values show themselves, and an end where nobody reads on.
 */
package onebit.kit.notebook;
