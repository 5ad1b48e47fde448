/** The commands of {@code onebit}, a class each. They say what the library does; what they do, it does. */
package onebit.kit.command;
