package onebit.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import onebit.model.Node;

/** A step of a plan: a convolution with everything around it that is cheap while its data are in cache, or a small step. */
public sealed interface Pass {

    /** Buffers whose contents this pass needs. */
    List<Buffer> reads();

    /** Buffers that this pass fills, or finishes in place. */
    List<Buffer> writes();

    /** Stores the images, and sums them if a batch norm reads them. */
    record Load(Buffer out) implements Pass {
        @Override
        public List<Buffer> reads() {
            return List.of();
        }

        @Override
        public List<Buffer> writes() {
            return List.of(out);
        }
    }

    /** The skip of a block that changes shape: pooled, then channels of zeros appended. */
    record Shortcut(Buffer in, Optional<Node.AveragePool> pool, boolean doubled, Buffer out) implements Pass {
        @Override
        public List<Buffer> reads() {
            return List.of(in);
        }

        @Override
        public List<Buffer> writes() {
            return List.of(out);
        }
    }

    /**
     * Convolution of what {@code source} reads, plus {@code skip}; stored, and summed if a batch norm reads the result. In training the
     * moments of {@code source}'s batch norm are those sums, and move its running averages here, or in {@link Head}.
     */
    record Forward(Node.Conv conv, Reading source, Optional<Buffer> skip, Buffer out) implements Pass {
        @Override
        public List<Buffer> reads() {
            return skip.map(s -> List.of(source.tensor(), s)).orElse(List.of(source.tensor()));
        }

        @Override
        public List<Buffer> writes() {
            return List.of(out);
        }
    }

    /**
     * The end of the network: {@code factor * mean over positions of norm(in)} is the logits; softmax, cross-entropy,
     * and in training their gradient back to {@code in}.
     */
    record Head(Buffer in, Optional<Node.BatchNorm> norm, double factor, Optional<Buffer> gradient) implements Pass {
        @Override
        public List<Buffer> reads() {
            return List.of(in);
        }

        @Override
        public List<Buffer> writes() {
            return gradient.map(List::of).orElse(List.of());
        }
    }

    /** Where a stored tensor's gradient comes from besides the convolution that reads it. */
    record SkipGradient(Buffer gradient, Optional<Node.AveragePool> pool, boolean doubled) {}

    /**
     * What turns the gradient of an activated tensor, as the convolution that reads it leaves it, into that of the
     * tensor itself: back through activation and batch norm, plus the skip's.
     */
    record Finish(Reading reading, Optional<SkipGradient> skip) {}

    /**
     * Backward through a convolution, chunk by chunk: finish the gradient of its output in place, recompute its input,
     * gradient of the weights, gradient of the input (left unfinished in {@code sourceGradient}, with the sums that its
     * batch norm needs).
     */
    record Backward(Node.Conv conv, Buffer out, Optional<Finish> finish, Reading source,
                    Optional<Buffer> sourceGradient) implements Pass {
        @Override
        public List<Buffer> reads() {
            List<Buffer> reads = new ArrayList<>(List.of(out.gradient(), source.tensor()));
            finish.ifPresent(f -> {
                reads.add(f.reading().tensor());
                f.skip().ifPresent(s -> reads.add(s.gradient()));
            });
            return reads;
        }

        @Override
        public List<Buffer> writes() {
            return sourceGradient.map(g -> List.of(out.gradient(), g)).orElse(List.of(out.gradient()));
        }
    }

    /** Descent on the weights of a convolution, and their quantization for the next step. */
    record Update(Node.Conv conv) implements Pass {
        @Override
        public List<Buffer> reads() {
            return List.of();
        }

        @Override
        public List<Buffer> writes() {
            return List.of();
        }
    }

    /** Descent on the scale and offset of an affine batch norm. */
    record UpdateNorm(Node.BatchNorm norm) implements Pass {
        @Override
        public List<Buffer> reads() {
            return List.of();
        }

        @Override
        public List<Buffer> writes() {
            return List.of();
        }
    }
}
