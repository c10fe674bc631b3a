package dev.fanfara.model;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Three real nodes; in a storm some of them die, stand still and come back. Any thread. */
final class Cluster implements AutoCloseable {
    private static final String RULES = """
            [{"match":"log:**","mode":"log","history":{"size":8,"bytes":"4MiB"},"presence":"none"},
             {"match":"state:**","mode":"state","history":{"size":8,"bytes":"4MiB"},"presence":"none"}]""";

    private final List<Integer> ports = GatewayProcess.freePorts(3);
    private final List<GatewayProcess> nodes = new CopyOnWriteArrayList<>();

    Cluster() {
        for (int node = 0; node < ports.size(); node++) {
            nodes.add(start(node));
        }
    }

    private GatewayProcess start(int node) {
        return GatewayProcess.joinCluster(
                ports,
                node,
                "--no-demo",
                "--set",
                "rooms=" + RULES,
                "--set",
                "limits.messages=1000000/1s",
                "--set",
                "limits.requestsPerIp=1000000/1s",
                "--set",
                "server.eventLoops=2");
    }

    List<GatewayProcess> nodes() {
        return new ArrayList<>(nodes);
    }

    /** To any node that lets it in. */
    TestClient connect(Random random, Consumer<JsonObject> listener) {
        while (true) {
            GatewayProcess node = nodes.get(random.nextInt(nodes.size()));
            try {
                return TestClient.connect(node, listener);
            } catch (CompletionException gone) {
                if (Thread.currentThread().isInterrupted()) {
                    throw gone;
                }
            }
        }
    }

    /** Dies, and comes back without anything it knew. */
    void killAndStartAgain(int node) {
        nodes.get(node).kill();
        nodes.set(node, start(node));
    }

    /** Stands still, shorter than the others are patient. */
    void freeze(int node, long ms) {
        nodes.get(node).signal("STOP");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
        nodes.get(node).signal("CONT");
    }

    @Override
    public void close() {
        nodes.forEach(GatewayProcess::close);
    }
}
