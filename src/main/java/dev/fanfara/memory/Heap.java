package dev.fanfara.memory;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full the heap is when its garbage is gone, and what the node does about it: first it takes on nothing new, then it
 * parts with the clients that are furthest behind. What fills a heap slowly is what rooms remember; it goes with its
 * time, and the rooms' members stay. {@link HeapWatch} tells it. Any thread.
 */
public final class Heap {
    static final int LOW_PERCENT = 80;
    static final int CRITICAL_PERCENT = 90;
    /** Well below: a node at the edge must not change its mind with every collection. */
    static final int ENOUGH_PERCENT = 70;

    private static final Duration LATER = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Heap.class);

    private volatile int percent;
    private volatile boolean low;

    /** So much was in use after a collection. */
    public synchronized void collected(long used, long max) {
        percent = (int) (used * 100 / max);
        if (!low && percent >= LOW_PERCENT) {
            low = true;
            LOG.warn(
                    "memory is low, {} % of {} MiB in use after a collection: no new connections, and no publications"
                            + " in rooms that remember",
                    percent, max >> 20);
        } else if (low && percent < ENOUGH_PERCENT) {
            low = false;
            LOG.warn("memory suffices again, {} % in use after a collection", percent);
        }
    }

    /** Nothing new is to be begun or kept. */
    public boolean isLow() {
        return low;
    }

    /** What can be let go should be. */
    public boolean isCritical() {
        return low && percent >= CRITICAL_PERCENT;
    }

    public static Refusal refusal() {
        return new Refusal(ErrorCode.UNAVAILABLE, "This node is short of memory", LATER);
    }
}
