package dev.fanfara.chaos;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.GatewayProcess.Place;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Three real nodes, and what may happen to them. Any thread. */
final class Nodes implements AutoCloseable {
    static final int SIZE = 3;
    static final String API_KEY = "only-for-this-test";

    private static final String[] SETTINGS = {
        "--no-demo",
        "--set",
        "rooms=" + Room.RULES,
        "--set",
        "auth.apiKeys=[{\"name\":\"chaos\",\"key\":\"" + API_KEY + "\",\"scope\":\"publish admin\"}]",
        "--set",
        "limits.connectionsPerIp=10000",
        "--set",
        "limits.requestsPerIp=1000000/1s",
        "--set",
        "limits.messages=1000000/1s",
        "--set",
        "server.eventLoops=2",
    };

    private final List<Place> places;
    private final List<Integer> ports;
    private final String drain;
    private final List<GatewayProcess> running = new CopyOnWriteArrayList<>();
    private final List<GatewayProcess> ended = new ArrayList<>();

    /** Without a network of their own on this host. */
    Nodes(@Nullable Network network, int drainSeconds) {
        this.drain = "drain.window=" + drainSeconds + "s";
        this.places = network == null ? Collections.nCopies(SIZE, Place.HERE) : network.places();
        this.ports = GatewayProcess.freePorts(SIZE);
        try {
            for (int node = 0; node < SIZE; node++) {
                running.add(launch(node));
                running.get(node).awaitReady();
            }
        } catch (AssertionError failure) {
            close();
            throw failure;
        }
    }

    private GatewayProcess launch(int node) {
        List<String> settings = new ArrayList<>(List.of(SETTINGS));
        settings.addAll(List.of("--set", drain));
        return GatewayProcess.launchInCluster(places, ports, node, settings.toArray(new String[0]));
    }

    GatewayProcess get(int node) {
        return running.get(node);
    }

    List<GatewayProcess> all() {
        return List.copyOf(running);
    }

    /** What each process that ran here said, by its id. */
    Map<String, String> outputs() {
        Map<String, String> outputs = new TreeMap<>();
        ended.forEach(gateway -> outputs.put("ended-" + gateway.pid(), gateway.output()));
        for (int node = 0; node < running.size(); node++) {
            outputs.put(
                    "node-" + node + "-" + running.get(node).pid(),
                    running.get(node).output());
        }
        return outputs;
    }

    void kill(int node) {
        running.get(node).signal("KILL");
    }

    /** The next of that name; the last one has ended, or ends now. */
    void start(int node) {
        running.get(node).close();
        ended.add(running.get(node));
        GatewayProcess next = launch(node);
        next.awaitReady();
        running.set(node, next);
    }

    /** Its exit code, or null if it does not end in time. */
    @Nullable
    Integer stop(int node, long seconds) {
        running.get(node).signal("TERM");
        return running.get(node).awaitExit(seconds);
    }

    void freeze(int node, long ms) {
        running.get(node).signal("STOP");
        try {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
        } finally {
            running.get(node).signal("CONT");
        }
    }

    @Override
    public void close() {
        running.forEach(GatewayProcess::close);
    }
}
