/**
 * What a run leaves on disk, so that nothing reported is ever lost: run folders, checkpoints, metrics, models and where the
 * figures come from. Start at {@link onebit.run.RunFolder}.
 */
package onebit.run;
