package onebit.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import onebit.engine.Device;

/** Records as JSON, one way for all files of a run: names in snake case, enum constants in lower case. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
        .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES, DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .enable(SerializationFeature.INDENT_OUTPUT)
        .injectableValues(new InjectableValues.Std().addValue(Device.class, Device.CPU)) // for files from before there was a choice
        .build();

    private Json() {}

    /** One line. */
    public static String line(Object value) {
        return text(value, false);
    }

    /** Several lines, indented, with an end of line. */
    public static String text(Object value) {
        return text(value, true) + "\n";
    }

    private static String text(Object value, boolean indent) {
        try {
            return (indent ? MAPPER.writer() : MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT)).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Not a value that JSON can hold: " + e.getOriginalMessage(), e);
        }
    }

    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** @throws IOException if it is not JSON, or lacks or has more than the record's components */
    public static <T> T parse(String text, Class<T> type) throws IOException {
        return MAPPER.readValue(text, type);
    }

    /** @throws UserError if the file cannot be read or does not hold such a record */
    public static <T> T read(Path file, Class<T> type) {
        try {
            return parse(Files.readString(file), type);
        } catch (ValueInstantiationException e) { // the record's own refusal
            throw new UserError(file + " cannot be right: " + e.getCause().getMessage() + " It may have been altered, or come from another version.", e);
        } catch (JsonProcessingException e) {
            throw new UserError(file + " is not what this version of OneBit writes (" + e.getOriginalMessage()
                + "). It may have been altered, or come from another version.", e);
        } catch (IOException e) {
            throw AtomicFile.cannotRead(file, e);
        }
    }
}
