package dev.fanfara.hook;

import java.time.Duration;

/**
 * Whether a backend should be asked at all: one that failed several times in a row is left alone for a while, then asked
 * once. Any thread.
 */
final class Breaker {
    static final int FAILURES = 5;
    static final Duration PAUSE = Duration.ofSeconds(5);

    private int failures;
    private long openUntilNanos;

    /** Whoever is let through says how it went. */
    synchronized boolean lets(long nowNanos) {
        if (failures < FAILURES) {
            return true;
        }
        if (nowNanos - openUntilNanos < 0) {
            return false;
        }
        // This one finds out; the others wait for what it finds.
        openUntilNanos = nowNanos + PAUSE.toNanos();
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
    }

    synchronized void failed(long nowNanos) {
        if (++failures >= FAILURES) {
            failures = FAILURES;
            openUntilNanos = nowNanos + PAUSE.toNanos();
        }
    }
}
