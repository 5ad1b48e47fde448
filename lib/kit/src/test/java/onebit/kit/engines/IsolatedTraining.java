package onebit.kit.engines;

import onebit.train.TinyTraining;

/** A process that trains as {@link TinyTraining#inProcess}, on an engine as the kit loads it: {@code FOLDER ROW ENGINE PRECISION}. */
public final class IsolatedTraining {

    private IsolatedTraining() {}

    public static void main(String[] arguments) {
        TinyTraining.inProcess(arguments, IsolatedEngine::of);
    }
}
