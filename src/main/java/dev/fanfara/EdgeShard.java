package dev.fanfara;

import dev.fanfara.broadcast.BroadcastVerticle;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.http.HttpVerticle;
import dev.fanfara.http.ManagementVerticle;
import dev.fanfara.transport.engineio.EngineVerticle;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's share of the gateway: rooms, connections and the HTTP server that brings them, on one context. An
 * upgraded socket stays on the loop that accepted it, so handing it from HTTP to connections is a call; everything else
 * between them is event bus.
 *
 * <p>Deploying a verticle through another is what Vert.x does itself; it offers no other way to put several on one loop.
 */
final class EdgeShard implements Deployable {
    private final BroadcastVerticle rooms;
    private final ConnectionVerticle connections;
    private final EngineVerticle engine;
    private final HttpVerticle http;
    private final Set<Thread> loopsTaken;
    private @Nullable Context context;

    EdgeShard(
            BroadcastVerticle rooms,
            ConnectionVerticle connections,
            EngineVerticle engine,
            HttpVerticle http,
            Set<Thread> loopsTaken) {
        this.rooms = rooms;
        this.connections = connections;
        this.engine = engine;
        this.http = http;
        this.loopsTaken = loopsTaken;
    }

    /** Fails with {@link LoopTaken} if another shard lives on this loop: loops are dealt out to everybody in turn. */
    @Override
    public Future<?> deploy(Context on) throws Exception {
        if (!loopsTaken.add(Thread.currentThread())) {
            return Future.failedFuture(new LoopTaken());
        }
        context = on;
        return rooms.deploy(on)
                .compose(deployed -> called(() -> connections.deploy(on)))
                .compose(deployed -> called(() -> engine.deploy(on)));
    }

    /** Opens the door, when all shards are there and know the other nodes. */
    Future<Void> open() {
        return onLoop(() -> http.deploy(context()));
    }

    /** The management port shares this loop, so that who watches a room from there is a connection like others. */
    Future<Void> open(ManagementVerticle management) {
        return onLoop(() -> management.deploy(context()));
    }

    Future<Void> synchronize() {
        return onLoop(rooms::synchronize);
    }

    void run(Runnable onLoop) {
        context().runOnContext(there -> onLoop.run());
    }

    void merged() {
        run(rooms::merged);
    }

    void forget(String node) {
        run(() -> {
            rooms.forget(node);
            engine.forget(node);
        });
    }

    void hurry() {
        run(() -> {
            connections.hurry();
            http.hurry();
        });
    }

    void cutOff(boolean isCutOff) {
        run(() -> connections.cutOff(isCutOff));
    }

    void endRevoked() {
        run(connections::endRevoked);
    }

    void sayGoodbye() {
        run(rooms::sayGoodbye);
    }

    Future<Void> renew(GatewayConfig config) {
        return onLoop(() -> http.renew(config));
    }

    Future<Void> stopAccepting(Duration patience) {
        return onLoop(() -> http.stopAccepting(patience));
    }

    Future<Void> drain(Duration window) {
        return onLoop(() -> Future.join(connections.drain(window), engine.drain(window), http.drain(window)));
    }

    private Context context() {
        if (context == null) {
            throw new IllegalStateException("not deployed");
        }
        return context;
    }

    private Future<Void> onLoop(Callable<Future<?>> work) {
        Promise<Void> done = Promise.promise();
        context().runOnContext(there -> called(work).<Void>mapEmpty().onComplete(done));
        return done.future();
    }

    private static Future<?> called(Callable<Future<?>> work) {
        try {
            return work.call();
        } catch (Exception failure) {
            return Future.failedFuture(failure);
        }
    }

    static final class LoopTaken extends RuntimeException {
        LoopTaken() {
            super("another shard lives on this event loop", null, false, false);
        }
    }
}
