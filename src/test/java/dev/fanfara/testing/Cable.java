package dev.fanfara.testing;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What a client is connected by to a gateway, and then to another: it can be pulled out at either end. */
public final class Cable implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final NetClient out = vertx.createNetClient();
    private final Set<Ends> connected = ConcurrentHashMap.newKeySet();
    private final NetServer in;
    /** 0 while it leads nowhere. */
    private volatile int port;

    private record Ends(NetSocket client, NetSocket gateway) {}

    public Cable(GatewayProcess gateway) {
        port = gateway.port();
        in = vertx.createNetServer().connectHandler(this::connect);
        await(in.listen(0, "127.0.0.1"));
    }

    public String url() {
        return "http://127.0.0.1:" + in.actualPort();
    }

    private void connect(NetSocket client) {
        if (port == 0) {
            client.close();
            return;
        }
        client.pause();
        out.connect(port, "127.0.0.1").onFailure(gone -> client.close()).onSuccess(gateway -> {
            Ends ends = new Ends(client, gateway);
            connected.add(ends);
            client.handler(gateway::write);
            gateway.handler(client::write);
            client.closeHandler(gone -> gateway.close());
            gateway.closeHandler(gone -> {
                connected.remove(ends);
                client.close();
            });
            client.resume();
        });
    }

    /** From now on it leads to this one. */
    public Cable leadsTo(GatewayProcess gateway) {
        port = gateway.port();
        return this;
    }

    /** Both ends see it. It leads nowhere then. */
    public void cut() {
        port = 0;
        connected.forEach(ends -> ends.client().close());
    }

    /** The client sees it; to the gateway it is as if the client had become silent. */
    public void cutUnnoticed() {
        port = 0;
        connected.forEach(ends -> {
            ends.client().closeHandler(gone -> ends.gateway().handler(unheard -> {}));
            ends.client().close();
        });
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private static void await(Future<?> done) {
        done.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
