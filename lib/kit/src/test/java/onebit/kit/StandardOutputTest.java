package onebit.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

    @Test
    void whatArrivesIsNoLoss() {
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        StandardOutput output = new StandardOutput(arrived);
        output.writer().print("96.25");
        assertEquals(Optional.empty(), output.loss());
        assertEquals("96.25", arrived.toString());
    }

    @Test
    void aFullDiskIs() {
        assertEquals(Optional.of("No space left on device"), loss("No space left on device"));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNot() {
        assertEquals(Optional.empty(), loss("Broken pipe"));
    }

    private static Optional<String> loss(String failure) {
        StandardOutput output = new StandardOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(failure);
            }
        });
        output.writer().println("96.25");
        return output.loss();
    }
}
