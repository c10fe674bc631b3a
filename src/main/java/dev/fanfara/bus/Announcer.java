package dev.fanfara.bus;

import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells connections of all nodes what goes around rooms. What goes to a node that is frozen, or slower than what it gets,
 * waits in this node's memory. So a node that owes too many answers gets no more until some have come, or are given up
 * (after three seconds; after six the connection to a silent node is); the answer says that it is missing. Touched only by
 * its event loop.
 */
public final class Announcer {
    /** In bytes, to one node, from all loops of this one. */
    static final long MAX_OWED = 4L << 20;

    private static final int OVERHEAD = 512;
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Nodes nodes;
    private final GatewayMetrics metrics;
    private final Map<String, Long> owed = new HashMap<>();

    public Announcer(Nodes nodes, GatewayMetrics metrics) {
        this.nodes = nodes;
        this.metrics = metrics;
    }

    /** The answers say to how many connections. Fails with {@code unavailable} if this node itself cannot keep up. */
    public Future<Gathered<Integer>> announce(Vertx vertx, Announcement announcement) {
        if (!hasCredit(nodes.self().id())) {
            metrics.refusedForMemory();
            return Future.failedFuture(
                    new Refusal(ErrorCode.UNAVAILABLE, "Too much is waiting to be announced on this node", SOON));
        }
        return Addresses.askAll(nodes, (node, loop) -> {
            if (hasCredit(node)) {
                return ask(vertx, node, loop, announcement);
            }
            metrics.peerDropped();
            return Future.failedFuture(new Refusal(ErrorCode.UNAVAILABLE, "Node " + node + " is too far behind"));
        });
    }

    /** The last one may exceed the limit, however large. */
    private boolean hasCredit(String node) {
        return owed.getOrDefault(node, 0L) < MAX_OWED / nodes.self().loops();
    }

    private Future<Integer> ask(Vertx vertx, String node, int loop, Announcement announcement) {
        long weight = OVERHEAD + announcement.payload().json().length;
        owed.merge(node, weight, Long::sum);
        return Addresses.ANNOUNCE.ask(vertx, node, loop, announcement).onComplete(done -> answered(node, weight));
    }

    private void answered(String node, long weight) {
        long left = owed.getOrDefault(node, 0L) - weight;
        if (left > 0) {
            owed.put(node, left);
        } else {
            owed.remove(node);
        }
    }
}
