package dev.fanfara.http;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.LoopStats;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.Nothing;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of the whole cluster, collected from every loop of every node at most once a second however many ask; one
 * object per node. Any thread.
 */
public final class ClusterStats {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private record Collected(long since, Future<JsonObject> stats) {}

    private final Vertx vertx;
    private final Nodes nodes;
    private final AtomicReference<@Nullable Collected> latest = new AtomicReference<>();

    public ClusterStats(Vertx vertx, Nodes nodes) {
        this.vertx = vertx;
        this.nodes = nodes;
    }

    /** The object is shared, not to be changed; the future completes on the caller's context. */
    Future<JsonObject> now() {
        Context here = vertx.getOrCreateContext();
        Promise<JsonObject> answer = Promise.promise();
        shared().onComplete(done -> here.runOnContext(there -> answer.handle(done)));
        return answer.future();
    }

    private Future<JsonObject> shared() {
        long now = System.nanoTime();
        Collected known = latest.get();
        if (known != null && now - known.since < FRESH_NANOS) {
            return known.stats;
        }
        Promise<JsonObject> collecting = Promise.promise();
        if (latest.compareAndSet(known, new Collected(now, collecting.future()))) {
            collect().onComplete(collecting);
            return collecting.future();
        }
        return shared();
    }

    private Future<JsonObject> collect() {
        Future<Gathered<LoopStats>> edges = Addresses.askAll(vertx, nodes, Addresses.EDGE_STATS, Nothing.NOTHING);
        Future<Gathered<LoopStats>> rooms = Addresses.askAll(vertx, nodes, Addresses.ROOM_STATS, Nothing.NOTHING);
        return Future.all(edges, rooms).map(both -> sum(edges.result(), rooms.result()));
    }

    private JsonObject sum(Gathered<LoopStats> edges, Gathered<LoopStats> rooms) {
        LoopStats total = LoopStats.NONE;
        for (LoopStats edge : edges.answers()) {
            total = total.plus(edge);
        }
        for (LoopStats room : rooms.answers()) {
            total = total.plus(room);
        }
        Set<String> missing = new TreeSet<>(edges.missing());
        missing.addAll(rooms.missing());
        return new JsonObject()
                .put("connections", total.connections())
                .put("rooms", total.rooms())
                .put("nodes", nodes.peers().size() + 1)
                .put("messagesReceived", total.messagesReceived())
                .put("messagesSent", total.messagesSent())
                .put("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000)
                .put("complete", missing.isEmpty())
                .put("missing", new JsonArray(missing.stream().toList()));
    }
}
