package dev.fanfara.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A command cannot go on, mostly because a gateway said no: one line for whoever gave it. */
final class CommandFailure extends Exception {
    private final boolean passing;
    private final @Nullable Duration wait;

    CommandFailure(String message, boolean passing, @Nullable Duration wait) {
        super(message, null, false, false);
        this.passing = passing;
        this.wait = wait;
    }

    /** The same may succeed later. */
    boolean isPassing() {
        return passing;
    }

    /** How long the gateway wants to be left alone. */
    @Nullable
    Duration asksToWait() {
        return wait;
    }
}
