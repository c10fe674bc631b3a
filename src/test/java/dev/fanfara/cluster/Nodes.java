package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;

import com.hazelcast.config.Config;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Nodes in this JVM on free ports of 127.0.0.1, each looking for the others there. All are gone after {@link #close}. */
public final class Nodes implements AutoCloseable {
    public static final String HOST = "127.0.0.1";

    private final List<Integer> ports = freePorts(6);
    private final List<Vertx> running = new ArrayList<>();

    /** The nth node (0 to 2), as it would be configured. */
    public ClusterOptions options(int n) {
        return new ClusterOptions(
                "test-" + ports.get(0),
                HOST,
                ports.get(n),
                ports.get(n + 3),
                new Discovery.Members(
                        ports.stream().limit(3).map(port -> HOST + ":" + port).toList()),
                1,
                Map.of("node", "n" + n));
    }

    /** The same, but it looks for nobody, so it founds a cluster of its own; the others' search finds it. */
    public ClusterOptions stranger(int n) {
        ClusterOptions options = options(n);
        return new ClusterOptions(
                options.name(),
                options.host(),
                options.port(),
                options.eventBusPort(),
                new Discovery.Members(List.of()),
                options.backups(),
                Map.of());
    }

    /** Clusters that find each other merge so long after a node's start. */
    public static void mergesAfter(int seconds, Config config) {
        config.setProperty("hazelcast.merge.first.run.delay.seconds", Integer.toString(seconds));
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "1");
    }

    public Cluster start(int n) {
        return start(options(n));
    }

    public Cluster start(ClusterOptions options) {
        return start(options, config -> {});
    }

    public Cluster start(ClusterOptions options, Consumer<Config> further) {
        VertxOptions small = new VertxOptions().setEventLoopPoolSize(2);
        Cluster cluster =
                await(Cluster.start(options, small, Vertx.builder(), new Majority(1, 1), further, joining -> {}));
        running.add(cluster.vertx());
        return cluster;
    }

    public void leave(Cluster node) {
        await(node.leave());
        await(node.vertx().close());
    }

    @Override
    public void close() {
        running.forEach(vertx -> await(vertx.close()));
    }

    public static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException noPorts) {
            throw new UncheckedIOException(noPorts);
        }
    }
}
