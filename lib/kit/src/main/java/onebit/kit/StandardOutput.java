package onebit.kit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** Standard output that remembers what {@link PrintWriter} keeps to itself: that it could not be written. */
final class StandardOutput {

    private final PrintWriter writer;
    private volatile IOException failure;

    StandardOutput() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    StandardOutput(OutputStream out) {
        writer = new PrintWriter(new Watched(out), false, System.out.charset());
    }

    PrintWriter writer() {
        return writer;
    }

    /** Why what was printed did not all arrive. That nobody reads on, as {@code head} does not, is no loss. */
    Optional<String> loss() {
        writer.flush();
        if (failure == null) return Optional.empty();
        String reason = String.valueOf(failure.getMessage());
        return reason.toLowerCase(Locale.ROOT).contains("broken pipe") ? Optional.empty() : Optional.of(reason);
    }

    private final class Watched extends FilterOutputStream {

        Watched(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                if (failure == null) failure = e;
                throw e;
            }
        }
    }
}
