package dev.fanfara.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Ends the process when memory ran out anywhere. After an {@link OutOfMemoryError} any part may be half done, and a
 * gateway that accepts no more but holds its sockets is worse than one that is restarted. {@code
 * -XX:+ExitOnOutOfMemoryError} would do it, but a jar cannot set JVM flags; Netty, Vert.x and Hazelcast catch every
 * throwable and log it, so here is where they pass.
 */
final class ExitOnOutOfMemory extends TurboFilter {
    private static final int STATUS = 1;
    private static final int MAX_CAUSES = 16;

    /** For what reaches no log: threads that die of it. */
    static {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            exitIfOutOfMemory(failure);
            System.err.println("thread " + thread.getName() + " died: " + failure);
        });
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable failure) {
        exitIfOutOfMemory(failure);
        if (params != null && params.length > 0 && params[params.length - 1] instanceof Throwable last) {
            exitIfOutOfMemory(last);
        }
        return FilterReply.NEUTRAL;
    }

    private static void exitIfOutOfMemory(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof OutOfMemoryError) {
                System.err.println("out of memory: " + cause.getMessage());
                Runtime.getRuntime().halt(STATUS);
            }
            cause = cause.getCause();
        }
    }
}
