/** What a network does with single images: its predictions, class by class, its mistakes, and pictures of images. */
package onebit.kit.analysis;
