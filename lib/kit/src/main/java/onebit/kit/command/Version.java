package onebit.kit.command;

import onebit.run.Software;
import picocli.CommandLine.IVersionProvider;

/** The release, as run folders have it too. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"onebit " + Software.running().version(), "Java " + Runtime.version()};
    }
}
