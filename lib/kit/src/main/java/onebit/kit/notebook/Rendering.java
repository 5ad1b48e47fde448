package onebit.kit.notebook;

import java.util.Map;
import java.util.function.Function;
import onebit.kit.figures.Fonts;
import onebit.run.UserError;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/**
 * Ways for a value to show itself. Whatever goes wrong becomes a sentence in the output: an {@code Error} that leaves a
 * renderer would end the kernel's thread, and with it, unseen, the kernel.
 */
final class Rendering {

    private Rendering() {}

    /** How a picture travels: PNG, and how many of the screen's pixels it is wide. */
    record Picture(String base64, int width, int height, String description) {}

    static <T> void picture(Renderer renderer, Class<T> type, Function<? super T, Picture> picture) {
        renderer.createRegistration(type).preferring(MIMEType.IMAGE_PNG).register((value, context) -> guarded(type, context, () -> {
            if (!context.wantsDataRenderedAs(MIMEType.IMAGE_PNG)) return;
            Picture png = picture.apply(value);
            DisplayData out = context.getOutputContainer();
            out.putData(MIMEType.IMAGE_PNG, png.base64(), Map.of("width", png.width(), "height", png.height()));
            out.putText(png.description());
        }));
    }

    /** A page of HTML, and a text for those who cannot show it. */
    static <T> void page(Renderer renderer, Class<T> type, Function<? super T, String> html, Function<? super T, String> text) {
        renderer.createRegistration(type).preferring(MIMEType.TEXT_HTML).supporting(MIMEType.TEXT_PLAIN)
            .register((value, context) -> guarded(type, context, () -> {
                context.renderIfRequested(MIMEType.TEXT_HTML, () -> html.apply(value));
                context.getOutputContainer().putText(text.apply(value));
            }));
    }

    private static void guarded(Class<?> type, RenderContext context, Runnable rendering) {
        try {
            rendering.run();
        } catch (Throwable e) {
            context.getOutputContainer().putText("This " + type.getSimpleName() + " cannot be shown: " + reason(e));
        }
    }

    static String reason(Throwable e) {
        return switch (e) {
            case UserError told -> told.getMessage();
            // Java draws text through libraries of the system, and where they are missing says only which class it could not start.
            case LinkageError missing -> Fonts.missing(missing).getMessage();
            default -> e.getClass().getSimpleName() + (e.getMessage() == null ? "." : ": " + e.getMessage());
        };
    }
}
