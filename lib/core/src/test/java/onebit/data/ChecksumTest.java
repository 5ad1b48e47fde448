package onebit.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import onebit.run.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {

    // RFC 1321 and FIPS 180-2, of "abc".
    private static final Checksum MD5 = Checksum.md5("900150983cd24fb0d6963f7d28e17f72");
    private static final Checksum SHA256 = Checksum.sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");

    @TempDir Path folder;

    @Test
    void acceptsTheFileItDescribes() throws IOException {
        Path file = Files.writeString(folder.resolve("abc"), "abc");
        assertTrue(MD5.matches(file));
        assertTrue(SHA256.matches(file));
        MD5.verify(Checksum.of(MD5.algorithm(), file), file, "");
    }

    @Test
    void aMismatchNamesFileExpectedFoundAndRemedy() throws IOException {
        Path file = Files.writeString(folder.resolve("abc"), "ab");
        assertFalse(MD5.matches(file));
        UserError error = assertThrows(UserError.class, () -> MD5.verify(Checksum.of(MD5.algorithm(), "ab".getBytes()), file, "Fetch it again."));
        assertEquals(file + " is truncated or altered: its MD5 should be 900150983cd24fb0d6963f7d28e17f72 and is "
            + "187ef4436122d1cc2f40dc2b92f0eba0. Fetch it again.", error.getMessage());
    }

    @Test
    void refusesDigitsThatAreNoChecksum() {
        assertThrows(IllegalArgumentException.class, () -> Checksum.md5("c0ffee"));
        assertThrows(IllegalArgumentException.class, () -> Checksum.sha256(MD5.hex()));
    }
}
