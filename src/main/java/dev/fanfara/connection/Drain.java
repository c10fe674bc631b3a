package dev.fanfara.connection;

import dev.fanfara.protocol.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Closes the connections of one event loop evenly over a window: clients that are closed together come back together,
 * to nodes that are busy already. Touched only by that event loop.
 *
 * <p>Connections are closed in ticks, a few at a time; but when each client is to come back is planned in advance, for
 * all of them evenly. So what a client is told to wait evens out what the ticks bunch up, and is short; only where there
 * is hardly a window it spreads them alone.
 */
final class Drain {
    /** Over so long clients come back at least. */
    private static final long MIN_RETURN_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** Longer than a tick: who is closed late in its tick is not to come back late. */
    private static final long HEAD_START_MS = Deadlines.TICK_MS + 100;

    private static final long SOONEST_MS = 50;
    /** A room answers within milliseconds; a cluster that moves data around may take longer, one in trouble for ever. */
    private static final long ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Connection> all;
    /** They were told, and have not got all their answers. */
    private final Deque<Leaving> leaving = new ArrayDeque<>();

    private final List<Future<Void>> closing = new ArrayList<>();
    private boolean awaited;
    private final Promise<Void> done = Promise.promise();

    private int sentAway;
    /** Those from here on are sent away from then on, over so long. */
    private int from;

    private long fromNanos = System.nanoTime();
    private long windowNanos;
    private boolean hurried;

    private record Leaving(Connection connection, long untilNanos) {}

    Drain(List<Connection> all, Duration window) {
        this.all = all;
        windowNanos = window.toNanos();
    }

    Future<Void> done() {
        return done.future();
    }

    void hurry() {
        hurried = true;
        from = sentAway;
        fromNanos = System.nanoTime();
        windowNanos = 0;
        closeDue();
    }

    void closeDue() {
        int due = due();
        while (sentAway < due) {
            Connection connection = all.get(sentAway);
            sendAway(connection, Math.max(SOONEST_MS, returnsInMillis(sentAway)));
            sentAway++;
        }
        closeAnswered();
    }

    /** One that is not part of the plan. */
    void sendAway(Connection latecomer) {
        sendAway(latecomer, HEAD_START_MS);
        closeAnswered();
    }

    private void sendAway(Connection connection, long afterMillis) {
        connection.sendAway(afterMillis);
        leaving.add(new Leaving(connection, System.nanoTime() + ANSWERS_NANOS));
    }

    void closeAnswered() {
        long now = System.nanoTime();
        for (Iterator<Leaving> each = leaving.iterator(); each.hasNext(); ) {
            Leaving next = each.next();
            if (hurried || now - next.untilNanos >= 0 || !next.connection.hasUnanswered()) {
                each.remove();
                closing.add(next.connection.close(CloseReason.SHUTTING_DOWN));
            }
        }
        if (sentAway == all.size() && leaving.isEmpty() && !awaited) {
            awaited = true;
            Future.join(closing).onComplete(gone -> done.tryComplete());
        }
    }

    /** How many are to be sent away by now: the first at once, the last when the window ends. */
    private int due() {
        double share = windowNanos == 0 ? 1 : (double) (System.nanoTime() - fromNanos) / windowNanos;
        return (int) Math.min(all.size(), from + share * (all.size() - from) + 1);
    }

    private long returnsInMillis(int index) {
        double share = (double) (index - from) / (all.size() - from);
        long planned = fromNanos + (long) (share * Math.max(windowNanos, MIN_RETURN_NANOS));
        return HEAD_START_MS + TimeUnit.NANOSECONDS.toMillis(planned - System.nanoTime());
    }
}
