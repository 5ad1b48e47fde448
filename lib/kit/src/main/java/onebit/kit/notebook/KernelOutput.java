package onebit.kit.notebook;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.dflib.jjava.jupyter.kernel.BaseNotebookStatics;

/**
 * The output of the cell that runs in this process' kernel. A thread of its own draws and sends it, as an interrupt closes the
 * channels that a thread sends through, and Java's drawing clears the interrupt of its thread.
 */
final class KernelOutput implements NotebookOutput {

    private static final ExecutorService SENDING = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("output of cells").factory());

    @Override
    public void show(Object value) {
        sent(() -> BaseNotebookStatics.display(value));
    }

    /** @return what the work returns, in the end also where the calling thread is interrupted: it then still is */
    private static <T> T sent(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, SENDING).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public Slot slot() {
        return new KernelSlot();
    }

    private static final class KernelSlot implements Slot {

        private Optional<String> id = Optional.empty();

        @Override
        public void show(Content content) {
            id = sent(() -> {
                if (id.isEmpty()) return Optional.of(BaseNotebookStatics.display(content));
                BaseNotebookStatics.updateDisplay(id.get(), content);
                return id;
            });
        }
    }
}
