package onebit.kit;

import onebit.run.UserError;

/** What Java says of a class or a native library that it could not load, as a sentence. */
public final class LoadFailure {

    private LoadFailure() {}

    public static UserError sentence(LinkageError error) {
        return new UserError("A part of the program, or a native library that it needs, could not be loaded (" + cause(error) + "). If an engine needs it, another one may do: 'onebit engines' lists them. "
            + "With --verbose a command shows the details that a report of this needs.", error);
    }

    /** The innermost reason, in a few words. */
    public static String cause(LinkageError error) {
        Throwable cause = error;
        while (cause.getCause() != null) cause = cause.getCause();
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }
}
