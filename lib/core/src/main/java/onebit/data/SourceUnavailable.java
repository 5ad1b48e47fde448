package onebit.data;

/** A source cannot give what it should; another one may. The message goes on from the source's name: "cannot be reached". */
final class SourceUnavailable extends Exception {

    SourceUnavailable(String reason) {
        super(reason);
    }

    SourceUnavailable(String reason, Throwable cause) {
        super(reason, cause);
    }
}
