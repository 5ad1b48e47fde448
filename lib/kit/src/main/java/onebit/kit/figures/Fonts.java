package onebit.kit.figures;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import onebit.run.UserError;

/** The typeface of all figures, and whether this machine can draw text at all. */
public final class Fonts {

    /** Text is measured alike at every scale and on every device. */
    static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    private static boolean checked;

    private Fonts() {}

    /** The machine's sans-serif face; {@code size} in pixels of a figure at scale 1. */
    static Font plain(double size) {
        return font(Font.PLAIN, size);
    }

    static Font bold(double size) {
        return font(Font.BOLD, size);
    }

    private static Font font(int style, double size) {
        require();
        return new Font(Font.SANS_SERIF, style, 1).deriveFont((float) size);
    }

    /**
     * Makes sure that text can be drawn: Java does it by libraries and fonts of the system, which a small one may lack.
     *
     * @throws UserError if it cannot, saying what to install
     */
    public static synchronized void require() {
        if (checked) return;
        try {
            new TextLayout("text", new Font(Font.SANS_SERIF, Font.PLAIN, 12), CONTEXT).getOutline(null); // as charts draw it
        } catch (LinkageError | InternalError | RuntimeException e) {
            throw missing(e);
        }
        checked = true;
    }

    /** What Java says of a missing library or of a system without fonts, as a sentence. */
    public static UserError missing(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) cause = cause.getCause();
        return new UserError("Pictures with text cannot be drawn on this machine: its font libraries or fonts are missing (" + cause.getMessage()
            + "). Install them, on Debian or Ubuntu by: apt-get install libharfbuzz0b fontconfig fonts-dejavu-core", error);
    }
}
