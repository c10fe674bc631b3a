package dev.fanfara.connection;

import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which connections of one event loop are behind, and the bound for what waits for all of them on this node. Touched
 * only by that loop.
 *
 * <p>No connection is visited because time passes: one is watched from the write that leaves more than {@link #threshold}
 * waiting for it until it is weighed and has caught up. All that are watched are weighed on each tick, and at the end of
 * a round of the loop if an eighth of the loop's share of the limit was written to them since.
 *
 * <p>While the node is over the limit, a loop that holds more than its equal share closes whoever is most behind, until
 * one of both is no longer so. When the node is over, at least one loop is over its share; so when each loop has weighed
 * once, the node is under, and no loop's clients pay for what waits on another. (Loops that weigh in the same
 * microseconds may each close one connection more than was needed.) A client that is closed may take up to two seconds
 * to go, and what waits for it counts until then; if the node is over the limit once more, it is cut off before anybody
 * else is closed.
 *
 * <p>What holds at any moment: no more waits than twice the limit (one loop may hold all of it while the others fill
 * their shares, until its next tick, which ends that) and three things in addition: what came since the last weighing;
 * what that one closed and is still there; both are an eighth of the limit and what one round writes; and what waits for
 * connections that are not watched, together a quarter of the limit, or {@link #LEAST_THRESHOLD} each if that is more.
 * Memory is mostly less than that: bytes that the members of a room share are counted for each of them.
 */
final class Backlog {
    private static final int MOST_THRESHOLD = 64 * 1024;
    /** A write so large costs far more than the watching. */
    private static final int LEAST_THRESHOLD = 8 * 1024;

    private static final Comparator<Connection> FIRST_TO_GO = Comparator.comparing(Connection::isEnded)
            .thenComparingLong(Connection::leftOver)
            .reversed();

    private final OutboundPerNode node;
    private final int loop;
    private final GatewayMetrics metrics;
    private final List<Connection> watched = new ArrayList<>();
    private int threshold = LEAST_THRESHOLD;
    private long writtenSinceWeighed;

    Backlog(OutboundPerNode node, int loop, GatewayMetrics metrics) {
        this.node = node;
        this.loop = loop;
        this.metrics = metrics;
    }

    /** In bytes; more than this, and a connection is to be watched. */
    int threshold() {
        return threshold;
    }

    /** More than the threshold waits for this connection, these bytes included. */
    void wrote(Connection connection, int bytes) {
        writtenSinceWeighed += bytes;
        if (!connection.watched) {
            connection.watched = true;
            watched.add(connection);
        }
    }

    /** Too much was written to wait for the next tick. */
    boolean isUrgent(long limit) {
        return writtenSinceWeighed > limit / node.loops() / 8;
    }

    /** @param connections how many this loop has */
    void weigh(long limit, int connections) {
        writtenSinceWeighed = 0;
        long share = limit / node.loops();
        threshold = (int) Math.max(LEAST_THRESHOLD, Math.min(MOST_THRESHOLD, share / 4 / Math.max(1, connections)));
        long bytes = 0;
        for (Connection connection : watched) {
            connection.watched = connection.pendingBytes() > threshold;
            if (connection.watched) {
                bytes += connection.leftOver();
            }
        }
        watched.removeIf(connection -> !connection.watched);
        node.report(loop, bytes);
        if (node.total() > limit) {
            bytes = relieve(bytes, share, limit);
        }
        metrics.outboundBytes(loop, bytes);
    }

    /** What remains. */
    private long relieve(long bytes, long share, long limit) {
        long left = bytes;
        List<Connection> firstToGo = new ArrayList<>(watched);
        firstToGo.sort(FIRST_TO_GO);
        for (Connection connection : firstToGo) {
            if (left <= share || node.total() <= limit) {
                break;
            }
            left -= connection.leftOver();
            node.report(loop, left);
            if (connection.isEnded()) {
                connection.cutOff();
            } else {
                metrics.slowConsumer();
                connection.close(CloseReason.SLOW_CONSUMER);
            }
        }
        return left;
    }
}
