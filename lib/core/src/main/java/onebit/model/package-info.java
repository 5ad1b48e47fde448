/** Networks as graphs of nodes, and the tensors that belong to them. Start at {@link onebit.model.Graph} and {@link onebit.model.WideResNet}. */
package onebit.model;
