package onebit.published;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import onebit.run.AtomicFile;
import onebit.run.UserError;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;

/** The numeric arrays, and lists (cells) of such, of a MAT file of version 5. Every error is a {@link UserError}. */
final class MatVariables {

    private static final int HEADER_BYTES = 128, TAG_BYTES = 8;

    /** An element's type in its tag. */
    private static final int COMPRESSED = 15;

    private final Path file;
    private final Map<String, Array> variables;

    private MatVariables(Path file, Map<String, Array> variables) {
        this.file = file;
        this.variables = variables;
    }

    static MatVariables read(Path file) {
        byte[] content = content(file);
        checkHeader(file, content);
        checkElements(file, content);
        Map<String, Array> variables = new LinkedHashMap<>();
        try {
            // Not closed: that would take the arrays' memory away, which is the garbage collector's here.
            MatFile mat = Mat5.newReader(Sources.wrap(content)).readMat();
            for (MatFile.Entry entry : mat.getEntries()) variables.put(entry.getName(), entry.getValue());
        } catch (IOException | RuntimeException e) {
            throw new UserError(file + " is damaged: its arrays cannot be read (" + e.getMessage() + "). Fetch it again.", e);
        }
        return new MatVariables(file, variables);
    }

    private static byte[] content(Path file) {
        if (Files.isDirectory(file)) throw new UserError(file + " is a folder; expected was a .mat file.");
        if (!Files.exists(file)) throw new UserError(file + " does not exist.");
        try {
            byte[] start;
            try (var in = Files.newInputStream(file)) {
                start = in.readNBytes(HEADER_BYTES);
            }
            // Looked at first, so that a large file of another kind is not read whole.
            checkHeader(file, start);
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }

    private static void checkHeader(Path file, byte[] content) {
        String text = new String(content, 0, Math.min(content.length, 10), StandardCharsets.ISO_8859_1);
        if (text.equals("MATLAB 7.3"))
            throw new UserError(file + " is a MAT file of version 7.3, which is not read here. Save it in Matlab with -v7.");
        if (!text.equals("MATLAB 5.0")) throw new UserError(file + " is not a MAT file; expected was one of version 5 to 7.");
        if (content.length < HEADER_BYTES) throw new UserError(file + " is truncated: it ends within its header. Fetch it again.");
    }

    /**
     * Follows the file's elements to its end and lets zlib check the compressed ones: the library stops at the last
     * value of an array, before the checksum, and would take altered bits for good ones.
     */
    private static void checkElements(Path file, byte[] content) {
        boolean bigEndian = content[HEADER_BYTES - 2] == 'M';
        ByteBuffer bytes = ByteBuffer.wrap(content).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        byte[] values = new byte[1 << 16];
        for (int at = HEADER_BYTES; at < content.length; ) {
            int rest = content.length - at - TAG_BYTES;
            int size = rest < 0 ? 0 : bytes.getInt(at + 4);
            if (rest < 0 || size < 0 || size > rest)
                throw new UserError(file + " is truncated: it ends within an array. Fetch it again.");
            if (bytes.getInt(at) == COMPRESSED) {
                try (Inflater inflater = new Inflater()) {
                    inflater.setInput(content, at + TAG_BYTES, size);
                    while (!inflater.finished())
                        if (inflater.inflate(values) == 0 && (inflater.needsInput() || inflater.needsDictionary()))
                            throw new DataFormatException("the compressed data end too early");
                } catch (DataFormatException e) {
                    throw new UserError(file + " is damaged: an array cannot be unpacked (" + e.getMessage() + "). Fetch it again.", e);
                }
            }
            at += TAG_BYTES + size;
        }
    }

    Set<String> names() {
        return Collections.unmodifiableSet(variables.keySet());
    }

    /** @throws UserError that lists those of the keys that are missing, if any is */
    void require(String layout, String... keys) {
        List<String> missing = new ArrayList<>(List.of(keys));
        missing.removeAll(names());
        if (!missing.isEmpty())
            throw new UserError(file + " has the " + layout + " but lacks " + String.join(", ", missing) + "; such a file has "
                + String.join(", ", keys) + ".");
    }

    NumericArray array(String name) {
        return numeric(name, variables.get(name));
    }

    List<NumericArray> cells(String name) {
        if (!(variables.get(name) instanceof Cell cell))
            throw new UserError(file + ": '" + name + "' should be a cell array, an array a layer.");
        List<NumericArray> arrays = new ArrayList<>();
        for (int i = 0; i < cell.getNumElements(); i++) arrays.add(numeric(name + "{" + (i + 1) + "}", cell.get(i)));
        return arrays;
    }

    private NumericArray numeric(String name, Array array) {
        if (!(array instanceof Matrix matrix) || matrix.isComplex())
            throw new UserError(file + ": '" + name + "' should be an array of real numbers.");
        return new NumericArray(name, matrix);
    }

    /** An error about this file. */
    UserError error(String what) {
        return new UserError(file + ": " + what);
    }

    /**
     * Numbers in Matlab's order, the first index fastest. They stay in the file's type, a byte a bit.
     *
     * @param name for messages
     */
    record NumericArray(String name, Matrix matrix) {

        /** For messages: {@code 3x3x160x160}. */
        String shape() {
            return String.join("x", Arrays.stream(matrix.getDimensions()).mapToObj(Integer::toString).toList());
        }

        int dimensions() {
            return matrix.getNumDimensions();
        }

        /** Size along a dimension; Matlab drops those of size 1 at the end. */
        int size(int dimension) {
            return dimension < dimensions() ? matrix.getDimensions()[dimension] : 1;
        }

        /** Number of values. */
        int size() {
            return matrix.getNumElements();
        }

        float value(int index) {
            return matrix.getFloat(index);
        }

        float[] values() {
            return values(0, 1, size());
        }

        /** A column of a matrix. */
        float[] column(int column) {
            return values(column * size(0), 1, size(0));
        }

        /** A row of a matrix. */
        float[] row(int row) {
            return values(row, size(0), size(1));
        }

        private float[] values(int from, int step, int count) {
            float[] out = new float[count];
            for (int i = 0; i < count; i++) out[i] = value(from + i * step);
            return out;
        }
    }
}
