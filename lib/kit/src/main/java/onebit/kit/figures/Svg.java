package onebit.kit.figures;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Graphics2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Drawings as SVG. The same drawing gives the same bytes, so that version control shows what has changed. */
final class Svg {

    private static final Pattern LONG_DECIMALS = Pattern.compile("(?<![#\\w.])-?\\d+\\.\\d{3,}(?:E-?\\d+)?");
    private static final Pattern CLIP = Pattern.compile("clip-?\\d+");

    private Svg() {}

    static String of(int width, int height, Consumer<Graphics2D> drawing) {
        VectorGraphics2D g = new VectorGraphics2D();
        drawing.accept(g);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new SVGProcessor().getDocument(g.getCommands(), new PageSize(width, height)).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("there is no disk involved", e);
        }
        return withOrdinalNames(rounded(out.toString(StandardCharsets.UTF_8)));
    }

    /** Hundredths of a pixel are fine enough, and a third of the size. */
    private static String rounded(String svg) {
        return LONG_DECIMALS.matcher(svg).replaceAll(match ->
            new BigDecimal(match.group()).setScale(2, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString());
    }

    /** Clip paths are named by hash codes that differ from run to run. */
    private static String withOrdinalNames(String svg) {
        Map<String, String> names = new LinkedHashMap<>();
        return CLIP.matcher(svg).replaceAll(match -> names.computeIfAbsent(match.group(), name -> "clip" + (names.size() + 1)));
    }
}
