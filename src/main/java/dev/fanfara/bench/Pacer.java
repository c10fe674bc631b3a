package dev.fanfara.bench;

/** When each message of an open loop is meant to leave. Counted from the start, so that no error adds up. Immutable. */
record Pacer(long startNanos, double perSecond) {
    private static final double NANOS_PER_SECOND = 1e9;

    long intendedNanos(long message) {
        return startNanos + Math.round(message * NANOS_PER_SECOND / perSecond);
    }
}
