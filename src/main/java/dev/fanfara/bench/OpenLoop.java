package dev.fanfara.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Publishes at a rate, whatever the server does. A message that is late is sent all the same, stamped with the time it
 * was meant to leave: its wait counts as latency, as it would for a user (no coordinated omission). Touched only by the
 * first loop.
 */
final class OpenLoop implements Publishing {
    private static final int MOST_PER_TURN = 256;
    private static final long BACKPRESSURE_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final BenchLoop loop;
    private final List<Stream> streams;
    private final Pacer pacer;
    private final long endNanos;
    private long next;
    private boolean stopped;

    OpenLoop(BenchLoop loop, List<Stream> streams, Pacer pacer, long endNanos) {
        this.loop = loop;
        this.streams = streams;
        this.pacer = pacer;
        this.endNanos = endNanos;
    }

    @Override
    public void start() {
        turn();
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private void turn() {
        long now = System.nanoTime();
        int sent = 0;
        long wait = 0;
        while (!stopped) {
            long intended = pacer.intendedNanos(next);
            if (intended - endNanos >= 0) {
                stopped = true;
            } else if (intended > now) {
                wait = intended - now;
                break;
            } else {
                Stream stream = streams.get((int) (next % streams.size()));
                if (!stream.publisher.isWritable()) {
                    wait = BACKPRESSURE_PAUSE_NANOS;
                    break;
                }
                if (sent++ == MOST_PER_TURN) {
                    break; // The loop must also read.
                }
                next++;
                loop.tally.published++;
                stream.publish(-1, intended);
            }
        }
        loop.willFlush();
        loop.flushPublishers();
        if (!stopped) {
            loop.events.schedule(this::turn, wait, TimeUnit.NANOSECONDS);
        }
    }
}
