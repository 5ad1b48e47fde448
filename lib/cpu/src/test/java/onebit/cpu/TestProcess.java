package onebit.cpu;

import java.io.PrintWriter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A process that runs the test classes that it is given, for tests of what is fixed when Java starts. Says of each class of which
 * tests have succeeded and none has failed that it passed, on vectors of which length; ends with 1 and the failures if there are any.
 */
final class TestProcess {

    private TestProcess() {}

    public static void main(String[] classes) {
        boolean failed = false;
        for (String name : classes) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(name)).build(), listener);
            var summary = listener.getSummary();
            summary.printFailuresTo(new PrintWriter(System.out, true), 5);
            failed |= summary.getTotalFailureCount() > 0;
            if (summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0)
                System.out.println(name.substring(name.lastIndexOf('.') + 1) + " passed on " + 8 * Vectors.BYTES + "-bit vectors");
        }
        System.exit(failed ? 1 : 0);
    }
}
