package onebit.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Programs on the pages of docs/, which tests run as they stand there. */
public final class DocsPage {

    private DocsPage() {}

    /** The first program in this language on a page. */
    public static String program(String page, String language) throws IOException {
        Path file = Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent).map(folder -> folder.resolve("docs").resolve(page))
            .filter(Files::isRegularFile).findFirst().orElseThrow();
        Matcher code = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(file));
        assertTrue(code.find(), page + " has no program");
        return code.group(1);
    }
}
