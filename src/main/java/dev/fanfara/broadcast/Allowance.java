package dev.fanfara.broadcast;

import java.util.concurrent.TimeUnit;

/** So many at once, and then so many a second. Not thread-safe. Reads no clock. */
final class Allowance {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int atOnce;
    private final int perSecond;
    private int left;
    private long filledNanos;

    Allowance(int atOnce, int perSecond, long nowNanos) {
        this.atOnce = atOnce;
        this.perSecond = perSecond;
        left = atOnce;
        filledNanos = nowNanos;
    }

    /** All of them or none. */
    boolean tryTake(int events, long nowNanos) {
        long since = nowNanos - filledNanos;
        if (since > SECOND * atOnce / perSecond) {
            left = atOnce;
            filledNanos = nowNanos;
        } else {
            long more = since * perSecond / SECOND;
            left = (int) Math.min(atOnce, left + more);
            filledNanos += more * SECOND / perSecond;
        }
        if (events > left) {
            return false;
        }
        left -= events;
        return true;
    }
}
