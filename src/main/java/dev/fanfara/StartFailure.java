package dev.fanfara;

/** Why the gateway did not start, in one sentence for the operator. It has no stack trace, since it is no bug. */
public final class StartFailure extends RuntimeException {
    public StartFailure(String sentence) {
        super(sentence, null, false, false);
    }
}
