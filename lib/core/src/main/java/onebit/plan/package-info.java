/**
 * A graph brought into passes over few buffers, for engines that execute it themselves, on a CPU or not. Start at
 * {@link onebit.plan.TrainingPlan}.
 */
package onebit.plan;
