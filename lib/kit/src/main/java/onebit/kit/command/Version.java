package onebit.kit.command;

import picocli.CommandLine.IVersionProvider;

/** The release, as the jar's manifest has it. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = getClass().getPackage().getImplementationVersion();
        return new String[] {"onebit " + (version == null ? "(not packaged)" : version), "Java " + Runtime.version()};
    }
}
