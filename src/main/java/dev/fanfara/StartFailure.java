package dev.fanfara;

import dev.fanfara.cli.ExitCode;

/** Why the gateway did not start, in one sentence for the operator. It has no stack trace, since it is no bug. */
public final class StartFailure extends RuntimeException {
    private final int exitCode;

    StartFailure(String sentence) {
        this(sentence, ExitCode.FAILURE);
    }

    StartFailure(String sentence, int exitCode) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
