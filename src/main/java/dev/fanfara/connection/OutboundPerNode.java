package dev.fanfara.connection;

import java.util.concurrent.atomic.AtomicLongArray;

/** How many bytes wait for slow clients of each event loop of this node. Any thread; each loop reports its own. */
public final class OutboundPerNode {
    private final AtomicLongArray byLoop;

    public OutboundPerNode(int loops) {
        byLoop = new AtomicLongArray(loops);
    }

    void report(int loop, long bytes) {
        byLoop.set(loop, bytes);
    }

    long total() {
        long total = 0;
        for (int loop = 0; loop < byLoop.length(); loop++) {
            total += byLoop.get(loop);
        }
        return total;
    }

    int loops() {
        return byLoop.length();
    }
}
