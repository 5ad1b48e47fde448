package onebit.cpu;

import java.io.PrintWriter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A process that runs the test classes that it is given, for tests of what is fixed when Java starts. Prints the vectors'
 * length and how many tests there were, and ends with 1 and the failures if there are any.
 */
final class TestProcess {

    private TestProcess() {}

    public static void main(String[] classes) {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : classes) request.selectors(DiscoverySelectors.selectClass(name));
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequest tests = request.build();
        LauncherFactory.create().execute(tests, listener);
        var summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 5);
        System.out.println(8 * Vectors.BYTES + "-bit vectors: " + summary.getTestsSucceededCount() + " tests succeeded, " + summary.getTestsFailedCount() + " failed");
        System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
    }
}
