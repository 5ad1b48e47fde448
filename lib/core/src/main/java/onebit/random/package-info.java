/** Random numbers as a function of what they are for, whoever asks and in which order. */
package onebit.random;
