package dev.fanfara.memory;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of all publications that are on their way through this node: bodies that arrive, queues between event loops,
 * batches that wait for their room. Every part that holds some adds them here and takes them off again; so one number
 * bounds them together, whoever sends them and on however many connections. When it is spent, what comes next is refused
 * at once, before it has cost more than its bytes. Any thread.
 */
public final class Intake {
    /** What a publication costs beside its payload: the objects that carry it, and their places in queues. */
    private static final int OVERHEAD = 512;

    private static final long MAX_WAIT_NANOS = 1_000_000_000L;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final long limit;
    private final AtomicLong bytes = new AtomicLong();

    public Intake(long limit) {
        this.limit = limit;
    }

    public static int weight(Payload payload) {
        return OVERHEAD + payload.json().length;
    }

    /** False if there is no room for them; then nothing is to be given back. */
    public boolean tryTake(long more) {
        if (bytes.addAndGet(more) <= limit) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    /** For what was accepted before, and is only passed on: it makes others wait. */
    public void add(long more) {
        bytes.addAndGet(more);
    }

    public void giveBack(long some) {
        bytes.addAndGet(-some);
    }

    /**
     * Among much that waits, one that was accepted so long ago: it is refused when its turn comes, so that whoever comes
     * next is served in time, and the queue is gone soon. After a pause with little in the queue nobody suffers for it.
     */
    public boolean isOverdue(long acceptedNanos) {
        return System.nanoTime() - acceptedNanos > MAX_WAIT_NANOS && bytes.get() > limit / 8;
    }

    public long bytes() {
        return bytes.get();
    }

    public static Refusal refusal() {
        return new Refusal(ErrorCode.UNAVAILABLE, "Too much is waiting to be published on this node", SOON);
    }
}
