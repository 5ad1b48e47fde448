package onebit.run;

/**
 * Something went wrong that the person at the keyboard can mend: a missing file, an impossible setting, no network. The
 * message is for that person: one or two sentences saying what was wrong, what was expected and what to do.
 */
public final class UserError extends RuntimeException {

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
