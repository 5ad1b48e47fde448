package onebit.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import onebit.run.LockAttempt.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockAttemptTest {

    @TempDir Path folder;

    private FileChannel open() throws IOException {
        return FileChannel.open(folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Test
    void aFileIsOneChannelsUntilItLetsGo() throws IOException {
        try (FileChannel first = open(); FileChannel second = open()) {
            try (LockAttempt held = LockAttempt.on(first)) {
                assertEquals(Outcome.HELD, held.outcome());
                assertEquals(Outcome.BUSY, LockAttempt.on(second).outcome());
            }
            try (LockAttempt later = LockAttempt.on(second)) {
                assertEquals(Outcome.HELD, later.outcome());
            }
        }
    }

    @Test
    void aLockOnTheWholeFileKeepsOthersOut() throws IOException {
        try (FileChannel first = open(); FileChannel second = open()) {
            first.lock();
            assertEquals(Outcome.BUSY, LockAttempt.on(second).outcome());
        }
    }

    @Test
    void lettingGoOfWhatWasClosedMeanwhileIsNoFailure() throws IOException {
        FileChannel file = open();
        try (LockAttempt held = LockAttempt.on(file)) {
            file.close();
            assertEquals(Outcome.HELD, held.outcome());
        }
    }

    @Test
    void aClosedChannelIsNoAnswer() throws IOException {
        FileChannel file = open();
        file.close();
        assertThrows(ClosedChannelException.class, () -> LockAttempt.on(file));
    }
}
