package onebit.kit.figures;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import onebit.kit.results.Run;
import onebit.train.Row;

/** All figures that are made of run folders and of what was published. */
public final class Figures {

    private Figures() {}

    /** {@code gap}, {@code summary}, {@code curves}, {@code curves-ROW} for every row, {@code schedule}. */
    public static List<Figure> of(List<Run> runs) {
        Fonts.require();
        List<Figure> figures = new ArrayList<>(List.of(GapFigure.figure(runs), SummaryFigure.figure(runs), CurvesFigure.figure(runs)));
        for (Row row : Row.ALL) figures.add(CurvesFigure.figure(row, runs));
        figures.add(ScheduleFigure.figure());
        return List.copyOf(figures);
    }

    /**
     * Writes them into a folder, each as PNG and as SVG.
     *
     * @return the files
     * @throws onebit.run.UserError if they cannot be drawn or written here
     */
    public static List<Path> write(List<Run> runs, Path folder) {
        List<Path> files = new ArrayList<>();
        for (Figure figure : of(runs)) {
            files.add(figure.writePng(folder));
            files.add(figure.writeSvg(folder));
        }
        return List.copyOf(files);
    }
}
