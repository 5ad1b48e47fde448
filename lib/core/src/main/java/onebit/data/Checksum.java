package onebit.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import onebit.run.UserError;

/**
 * What a file's bytes must digest to.
 *
 * @param hex lower-case hexadecimal digits
 */
public record Checksum(Algorithm algorithm, String hex) {

    public enum Algorithm {
        MD5("MD5", 32), SHA256("SHA-256", 64);

        private final String label;
        private final int digits;

        Algorithm(String label, int digits) {
            this.label = label;
            this.digits = digits;
        }

        /** As people and {@link MessageDigest} call it. */
        public String label() {
            return label;
        }

        MessageDigest digest() {
            try {
                return MessageDigest.getInstance(label);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java platform has " + label, e);
            }
        }
    }

    public Checksum {
        hex = hex.toLowerCase(Locale.ROOT);
        if (!hex.matches("[0-9a-f]{" + algorithm.digits + "}"))
            throw new IllegalArgumentException("'" + hex + "' is no " + algorithm.label + ": expected " + algorithm.digits + " hexadecimal digits.");
    }

    public static Checksum md5(String hex) {
        return new Checksum(Algorithm.MD5, hex);
    }

    public static Checksum sha256(String hex) {
        return new Checksum(Algorithm.SHA256, hex);
    }

    /** The checksum of bytes in memory. */
    public static Checksum of(Algorithm algorithm, byte[] content) {
        return new Checksum(algorithm, HexFormat.of().formatHex(algorithm.digest().digest(content)));
    }

    /** The checksum of a file, read in pieces. */
    public static Checksum of(Algorithm algorithm, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return of(algorithm, in);
        }
    }

    /** The checksum of what is left of a stream, which stays open. */
    static Checksum of(Algorithm algorithm, InputStream content) throws IOException {
        MessageDigest digest = algorithm.digest();
        byte[] piece = new byte[1 << 16];
        for (int n; (n = content.read(piece)) >= 0; ) digest.update(piece, 0, n);
        return of(algorithm, digest);
    }

    /** What a digest of all content has come to. */
    static Checksum of(Algorithm algorithm, MessageDigest digest) {
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    public boolean matches(Path file) throws IOException {
        return equals(of(algorithm, file));
    }

    /**
     * Checks what was found of a file.
     *
     * @param found  its checksum
     * @param remedy what to do if it is not the expected one: a sentence that ends the message
     * @throws UserError naming the file, the checksum expected and the one found
     */
    void verify(Checksum found, Path file, String remedy) {
        if (!equals(found))
            throw new UserError(file + " is truncated or altered: its " + algorithm.label + " should be " + hex + " and is "
                + found.hex + ". " + remedy);
    }

    /** For instance {@code MD5 c32a1d4ab5d03f1284b67883e8d87530}. */
    @Override
    public String toString() {
        return algorithm.label + " " + hex;
    }
}
