package dev.fanfara.bench;

import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of messages outstanding: the next is sent when all readers have heard one. Touched only by the first
 * loop.
 */
final class ClosedLoop implements Publishing {
    private final BenchLoop loop;
    /** Those somebody listens to. */
    private final List<Stream> streams;
    /** By room. */
    private final int[] loopsWithReaders;

    private final long patienceNanos;

    /** By slot: what is outstanding there. */
    private final int[] stream;

    private final long[] sequence;
    private final int[] loopsToHear;
    private final long[] sentNanos;

    private int next;
    private boolean stopped;
    private @Nullable ScheduledFuture<?> givingUp;

    ClosedLoop(BenchLoop loop, List<Stream> streams, int[] loopsWithReaders, int slots, long patienceNanos) {
        this.loop = loop;
        this.streams =
                streams.stream().filter(each -> loopsWithReaders[each.room] > 0).toList();
        this.loopsWithReaders = loopsWithReaders;
        this.patienceNanos = patienceNanos;
        this.stream = new int[slots];
        this.sequence = new long[slots];
        this.loopsToHear = new int[slots];
        this.sentNanos = new long[slots];
    }

    @Override
    public void start() {
        if (streams.isEmpty()) {
            return;
        }
        for (int slot = 0; slot < stream.length; slot++) {
            publish(slot);
        }
        loop.flushPublishers();
        givingUp = loop.events.scheduleAtFixedRate(this::giveUpLostOnes, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void stop() {
        stopped = true;
        if (givingUp != null) {
            givingUp.cancel(false);
        }
    }

    /** All readers of one loop have heard it. Any loop may call. */
    void heard(int slot, int ofStream, long ofSequence) {
        if (loop.events.inEventLoop()) {
            heardHere(slot, ofStream, ofSequence);
        } else {
            loop.events.execute(() -> {
                heardHere(slot, ofStream, ofSequence);
                loop.flushPublishers();
            });
        }
    }

    private void heardHere(int slot, int ofStream, long ofSequence) {
        boolean outstanding = stream[slot] == ofStream && sequence[slot] == ofSequence;
        if (outstanding && --loopsToHear[slot] == 0) {
            publish(slot);
        }
    }

    private void publish(int slot) {
        if (stopped) {
            return;
        }
        Stream chosen = streams.get(next);
        next = (next + 1) % streams.size();
        long now = System.nanoTime();
        stream[slot] = chosen.id;
        loopsToHear[slot] = loopsWithReaders[chosen.room];
        sentNanos[slot] = now;
        loop.tally.published++;
        sequence[slot] = chosen.publish(slot, now);
        loop.willFlush();
    }

    /** A lost message must not hold its place for ever. */
    private void giveUpLostOnes() {
        long now = System.nanoTime();
        for (int slot = 0; slot < stream.length; slot++) {
            if (now - sentNanos[slot] > patienceNanos) {
                publish(slot);
            }
        }
        loop.flushPublishers();
    }
}
