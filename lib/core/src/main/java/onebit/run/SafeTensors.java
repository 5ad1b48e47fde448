package onebit.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
import java.util.TreeMap;
import java.util.zip.CRC32C;
import onebit.model.Tensor;

/**
 * Tensors in a file of the safetensors layout, which many programs read: 8 bytes with the length of a JSON header
 * (little-endian), the header, then the values, little-endian, without gaps. The header names each tensor with its type
 * ({@code F32} or {@code U8}), shape and place, and has text under {@code __metadata__}. Our files carry there the CRC-32C of
 * the tensors' names, types and shapes, under {@code tensors_crc32c}, and that of the values and the other texts, this one
 * included, under {@code crc32c}: an altered file is refused. Files from before there was the first of the two lack it.
 *
 * @param metadata texts by name
 * @param entries  tensors by name, in the order of the file
 */
record SafeTensors(Map<String, String> metadata, Map<String, Entry> entries) {

    private static final String CHECKSUM = "crc32c";
    private static final String TENSORS_CHECKSUM = "tensors_crc32c";
    private static final int MAX_HEADER = 100_000_000;
    private static final int CHUNK = 1 << 16;

    /** Sorts the texts, so that the same content always gives the same bytes. */
    SafeTensors {
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /** A stored tensor. */
    sealed interface Entry {

        List<Integer> shape();

        /** Bytes that its values take. */
        long bytes();

        String type();
    }

    /** float32 values. */
    record Floats(Tensor tensor) implements Entry {
        @Override
        public List<Integer> shape() {
            return tensor.shape();
        }

        @Override
        public long bytes() {
            return 4L * tensor.size();
        }

        @Override
        public String type() {
            return "F32";
        }
    }

    /** Raw bytes in one dimension. */
    record Bytes(byte[] values) implements Entry {
        @Override
        public List<Integer> shape() {
            return List.of(values.length);
        }

        @Override
        public long bytes() {
            return values.length;
        }

        @Override
        public String type() {
            return "U8";
        }
    }

    void write(Path file) {
        AtomicFile.write(file, this::writeTo);
    }

    private void writeTo(OutputStream out) throws IOException {
        Map<String, String> texts = new TreeMap<>(metadata);
        texts.put(TENSORS_CHECKSUM, tensorsChecksum(entries));
        CRC32C checksum = new CRC32C();
        for (Entry entry : entries.values()) writeValues(entry, checksum::update);
        add(texts, checksum);
        texts.put(CHECKSUM, hex(checksum));
        byte[] header = header(texts);
        out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        out.write(header);
        for (Entry entry : entries.values()) writeValues(entry, out::write);
    }

    /** A tensor in the header. */
    private record Description(String dtype, List<Integer> shape, List<Long> dataOffsets) {}

    private byte[] header(Map<String, String> texts) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("__metadata__", texts);
        long offset = 0;
        for (Map.Entry<String, Entry> e : entries.entrySet()) {
            Entry entry = e.getValue();
            header.put(e.getKey(), new Description(entry.type(), entry.shape(), List.of(offset, offset + entry.bytes())));
            offset += entry.bytes();
        }
        byte[] json = Json.line(header).getBytes(StandardCharsets.UTF_8);
        // Spaces up to a multiple of 8, as the format recommends, so that the values can be mapped.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private interface Sink {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    private static void writeValues(Entry entry, Sink sink) throws IOException {
        switch (entry) {
            case Bytes b -> sink.write(b.values, 0, b.values.length);
            case Floats f -> {
                float[] values = f.tensor.values();
                byte[] chunk = new byte[CHUNK];
                ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
                for (int from = 0; from < values.length; from += CHUNK / 4) {
                    int count = Math.min(CHUNK / 4, values.length - from);
                    buffer.clear().asFloatBuffer().put(values, from, count);
                    sink.write(chunk, 0, 4 * count);
                }
            }
        }
    }

    private static void add(Map<String, String> texts, CRC32C checksum) {
        texts.forEach((name, text) -> {
            add(name, checksum);
            add(text, checksum);
        });
    }

    private static void add(String text, CRC32C checksum) {
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String tensorsChecksum(Map<String, Entry> entries) {
        CRC32C checksum = new CRC32C();
        entries.forEach((name, entry) -> add(name + " " + entry.type() + " " + entry.shape() + "\n", checksum));
        return hex(checksum);
    }

    private static String hex(CRC32C checksum) {
        return Long.toHexString(checksum.getValue());
    }

    /**
     * Reads a file and checks it.
     *
     * @param remedy what to do if it is damaged: a sentence that ends the message
     * @throws UserError if it cannot be read, or is not as it was written
     */
    static SafeTensors read(Path file, String remedy) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(new DataInputStream(in), Files.size(file));
        } catch (EOFException e) {
            throw new UserError(file + " is truncated. " + remedy, e);
        } catch (Damaged | JsonProcessingException e) {
            throw new UserError(file + " is damaged (" + (e instanceof Damaged d ? d.getMessage() : "its header is not JSON") + "). " + remedy, e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }

    /** Why a file is refused; becomes a {@link UserError}. */
    private static final class Damaged extends IOException {
        Damaged(String reason) {
            super(reason);
        }
    }

    private static SafeTensors read(DataInputStream in, long fileSize) throws IOException {
        long length = Long.reverseBytes(in.readLong());
        if (length < 2 || length > MAX_HEADER) throw new Damaged("its header cannot have " + length + " bytes");
        byte[] json = new byte[(int) length];
        in.readFully(json);
        JsonNode header = Json.parse(new String(json, StandardCharsets.UTF_8), JsonNode.class);
        Map<String, String> metadata = new TreeMap<>();
        header.path("__metadata__").properties().forEach(text -> metadata.put(text.getKey(), text.getValue().asText()));
        String stored = metadata.remove(CHECKSUM);
        if (stored == null) throw new Damaged("it has no checksum");
        CRC32C checksum = new CRC32C();
        Map<String, Entry> entries = new LinkedHashMap<>();
        long position = 0;
        for (Map.Entry<String, JsonNode> e : header.properties()) {
            if (e.getKey().equals("__metadata__")) continue;
            Place place = place(e.getKey(), e.getValue(), position);
            if (8 + length + position + place.bytes() > fileSize) throw new EOFException();
            Entry entry = place.read(in, checksum);
            entries.put(e.getKey(), entry);
            position += entry.bytes();
        }
        if (in.read() >= 0) throw new Damaged("it is longer than its header says");
        add(metadata, checksum);
        if (!hex(checksum).equals(stored)) throw new Damaged("its checksum is " + hex(checksum) + ", not " + stored);
        String tensors = metadata.remove(TENSORS_CHECKSUM);
        if (tensors != null && !tensorsChecksum(entries).equals(tensors))
            throw new Damaged("its tensors' names, types and shapes have the checksum " + tensorsChecksum(entries) + ", not " + tensors);
        return new SafeTensors(metadata, entries);
    }

    /** What the header says of a tensor. */
    private record Place(String type, List<Integer> shape, int count) {

        long bytes() {
            return type.equals("U8") ? count : 4L * count;
        }

        Entry read(DataInputStream in, CRC32C checksum) throws IOException {
            return type.equals("U8") ? new Bytes(readBytes(in, count, checksum)) : new Floats(new Tensor(shape, readFloats(in, count, checksum)));
        }
    }

    private static Place place(String name, JsonNode description, long position) throws Damaged {
        List<Integer> shape = new ArrayList<>();
        long count = 1;
        for (JsonNode dimension : description.path("shape")) {
            shape.add(dimension.asInt());
            count *= dimension.asInt();
            if (dimension.asInt() < 0 || count > Integer.MAX_VALUE) throw new Damaged("tensor '" + name + "' has an impossible shape");
        }
        String type = description.path("dtype").asText();
        if (!type.equals("F32") && !type.equals("U8")) throw new Damaged("tensor '" + name + "' is of type '" + type + "', expected F32 or U8");
        Place place = new Place(type, shape, (int) count);
        JsonNode offsets = description.path("data_offsets");
        if (offsets.path(0).asLong(-1) != position || offsets.path(1).asLong(-1) != position + place.bytes())
            throw new Damaged("tensor '" + name + "' is not where it should be");
        return place;
    }

    private static byte[] readBytes(DataInputStream in, int count, CRC32C checksum) throws IOException {
        byte[] values = in.readNBytes(count);
        if (values.length < count) throw new EOFException();
        checksum.update(values);
        return values;
    }

    private static float[] readFloats(DataInputStream in, int count, CRC32C checksum) throws IOException {
        float[] values = new float[count];
        byte[] chunk = new byte[CHUNK];
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < count; from += CHUNK / 4) {
            int part = Math.min(CHUNK / 4, count - from);
            in.readFully(chunk, 0, 4 * part);
            checksum.update(chunk, 0, 4 * part);
            buffer.clear().asFloatBuffer().get(values, from, part);
        }
        return values;
    }
}
