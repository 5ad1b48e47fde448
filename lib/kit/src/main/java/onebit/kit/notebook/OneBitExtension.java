package onebit.kit.notebook;

import java.awt.image.RenderedImage;
import onebit.kit.figures.Figure;
import onebit.model.Graph;
import onebit.model.Model;
import onebit.run.RunFolder;
import onebit.run.RunResult;
import onebit.run.Software;
import onebit.train.TrainingOutcome;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.knowm.xchart.internal.chartpart.Chart;
import tech.tablesaw.api.Table;

/**
 * Charts and images show themselves as pictures in a notebook; tables, networks, models, run folders and their results as
 * tables. The kernel finds this class through the class path ({@code META-INF/services}), so that a notebook needs no line
 * for it.
 */
public final class OneBitExtension implements Extension {

    @Override
    public void install(BaseKernel kernel) {
        // As of the kernel's start: a build while it runs does not change what it runs.
        System.setProperty("onebit.sources", Software.running().sources());
        System.setProperty("onebit.command", "a notebook's kernel");
        register(kernel.getRenderer());
        KernelWatch.start();
    }

    static void register(Renderer renderer) {
        Rendering.picture(renderer, Chart.class, Pictures::ofChart);
        Rendering.picture(renderer, RenderedImage.class, Pictures::ofImage);
        Rendering.picture(renderer, Figure.class, Pictures::ofFigure);
        Rendering.page(renderer, Table.class, HtmlTable::of, Table::print);
        Rendering.page(renderer, NotebookOutput.Content.class, NotebookOutput.Content::html, NotebookOutput.Content::text);
        Rendering.page(renderer, Graph.class, NetworkTable::html, NetworkTable::summary);
        Rendering.page(renderer, Model.class, ModelFacts::html, ModelFacts::text);
        Rendering.page(renderer, RunResult.class, result -> RunFacts.of(result).html(), result -> RunFacts.of(result).text());
        Rendering.page(renderer, RunFolder.class, folder -> RunFacts.of(folder).html(), folder -> RunFacts.of(folder).text());
        Rendering.page(renderer, TrainingOutcome.class, outcome -> RunFacts.of(outcome).html(), outcome -> RunFacts.of(outcome).text());
    }
}
