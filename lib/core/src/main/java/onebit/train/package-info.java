/**
 * Training and evaluation, the same for every engine: the rows of the results table as data, how much of a row to do, the
 * learning-rate schedules, and the loop. Start at {@link onebit.train.Trainer}.
 */
package onebit.train;
