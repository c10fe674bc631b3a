package dev.fanfara.broadcast;

import java.util.concurrent.TimeUnit;

/**
 * How much a room says. To count is one addition; the rate is made when somebody asks, and is since somebody asked before.
 * Touched only by the room service's event loop.
 */
final class Activity {
    /** Several that look at the same time see the same. */
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    private long heard;
    private long heardThen;
    private long thenNanos;
    private double perSecond;

    Activity(long nowNanos) {
        thenNanos = nowNanos;
    }

    void heard() {
        heard++;
    }

    /** {@code nowNanos} is {@link System#nanoTime}. */
    double perSecond(long nowNanos) {
        long elapsed = nowNanos - thenNanos;
        if (elapsed >= FRESH_NANOS) {
            perSecond = (heard - heardThen) * 1e9 / elapsed;
            heardThen = heard;
            thenNanos = nowNanos;
        }
        return perSecond;
    }
}
