package onebit.kit.figures;

import java.awt.BasicStroke;
import java.awt.Color;

/** Colours that colour-blind readers tell apart (Okabe and Ito, 2008), and greys. No meaning rests on a colour alone. */
final class Ink {

    static final Color BLACK = new Color(0x000000);
    static final Color ORANGE = new Color(0xE69F00);
    static final Color GREEN = new Color(0x009E73);
    static final Color BLUE = new Color(0x0072B2);
    static final Color VERMILION = new Color(0xD55E00);
    static final Color PURPLE = new Color(0xCC79A7);

    /** Of what this kit measured, in every figure. */
    static final Color OURS = BLUE;
    /** Of the authors' curves. */
    static final Color THEIRS = new Color(0x6E6E6E);

    static final Color TEXT = new Color(0x222222);
    static final Color FAINT_TEXT = new Color(0x555555);
    static final Color RULE = new Color(0x333333);
    static final Color GRID = new Color(0xE4E4E4);
    static final Color PAPER = Color.WHITE;
    /** Behind rows of a table that this kit measured. */
    static final Color OURS_PAPER = new Color(0xE3F0F8);

    private Ink() {}

    static BasicStroke line(double width) {
        return new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }

    static BasicStroke dashed(double width) {
        return new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 5}, 0);
    }
}
