package onebit.kit.notebook;

import java.util.Optional;
import org.dflib.jjava.jupyter.kernel.BaseNotebookStatics;

/** The output of the cell that runs in this process' kernel. */
final class KernelOutput implements NotebookOutput {

    @Override
    public void show(Object value) {
        BaseNotebookStatics.display(value);
    }

    @Override
    public Slot slot() {
        return new KernelSlot();
    }

    private static final class KernelSlot implements Slot {

        private Optional<String> id = Optional.empty();

        @Override
        public void show(Content content) {
            if (id.isPresent()) BaseNotebookStatics.updateDisplay(id.get(), content);
            else id = Optional.of(BaseNotebookStatics.display(content));
        }
    }
}
