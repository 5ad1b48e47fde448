/** What the notebooks add to the kernel JJava: how values show themselves when they are a cell's last expression. */
package onebit.kit.notebook;
