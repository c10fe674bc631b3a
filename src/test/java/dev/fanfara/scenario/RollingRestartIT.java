package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RoomView;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three nodes are replaced, one as soon as the one before is ready, while people watch and publish. */
class RollingRestartIT {
    private static final int ROOMS = 6;
    private static final int VIEWERS = 18;
    private static final int RETRIES = 2;
    private static final int WINDOW_S = 2;
    private static final String UNAVAILABLE = "unavailable";
    private static final String RULES =
            "[{\"match\":\"log:*\",\"mode\":\"log\",\"history\":{\"size\":5000,\"bytes\":\"4MiB\"},\"presence\":\"none\"}]";

    private final List<Integer> ports = GatewayProcess.freePorts(3);
    private final List<GatewayProcess> nodes = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
    /** Acknowledged, by room. */
    private final Map<String, Set<String>> acked = new ConcurrentHashMap<>();

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean publishing = true;
    private volatile boolean watching = true;

    @AfterEach
    void stop() throws InterruptedException {
        publishing = false;
        watching = false;
        for (Thread thread : threads) {
            thread.join(20_000);
        }
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    void nothingIsLostNothingComesTwiceAndNobodyIsCutOff() throws InterruptedException {
        for (int node = 0; node < 3; node++) {
            nodes.add(start(node));
        }
        List<Viewer> viewers = new ArrayList<>();
        for (int i = 0; i < VIEWERS; i++) {
            Viewer viewer = new Viewer("log:" + i % ROOMS, i % 3);
            viewers.add(viewer);
            run(viewer::watch);
        }
        Eventually.holds(() -> assertThat(viewers).allMatch(viewer -> viewer.view.isMember()));
        for (int i = 0; i < ROOMS; i++) {
            HttpPublisher http = new HttpPublisher("log:" + i, i % 3);
            run(http::publish);
            SocketPublisher socket = new SocketPublisher("log:" + i, (i + 1) % 3);
            run(socket::publish);
        }

        for (int node = 0; node < 3; node++) {
            GatewayProcess leaving = nodes.get(node);
            leaving.signal("TERM");
            assertThat(leaving.awaitExit(WINDOW_S + 5)).as(leaving.output()).isZero();
            nodes.set(node, start(node));
        }

        publishing = false;
        Eventually.holds(() -> assertThat(viewers).extracting(Viewer::missing).containsOnly(""));
        assertThat(complaints).isEmpty();
        assertThat(acked)
                .hasSize(ROOMS)
                .allSatisfy((room, ids) -> assertThat(ids).hasSizeGreaterThan(50));
        for (Viewer viewer : viewers) {
            assertThat(viewer.closes).isNotEmpty().containsOnly(1001);
            assertThat(viewer.heard.values()).containsOnly(1);
            assertThat(viewer.epochs).hasSize(1);
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
                "drain.window=" + WINDOW_S + "s",
                "--set",
                "limits.messages=1000000/1s",
                "--set",
                "limits.requestsPerIp=1000000/1s",
                "--set",
                "server.eventLoops=2");
    }

    private void run(Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (RuntimeException | AssertionError failure) {
                complaints.add(failure.toString());
            }
        });
        threads.add(thread);
        thread.start();
    }

    private static void pause(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    /** To that node, or the next that lets it in: one that is starting has no port yet, one that is leaving refuses. */
    private TestClient connect(int node, java.util.function.Consumer<JsonObject> listener) {
        for (int at = node; ; at++) {
            try {
                return TestClient.connect(nodes.get(at % 3), listener);
            } catch (CompletionException refused) {
                pause(20);
            }
        }
    }

    /** Watches one room, and goes where it is sent. */
    private final class Viewer {
        final String room;
        final RoomView view;
        final Map<String, Integer> heard = new ConcurrentHashMap<>();
        final Set<String> epochs = ConcurrentHashMap.newKeySet();
        final List<Integer> closes = new CopyOnWriteArrayList<>();
        final List<String> refusals = new CopyOnWriteArrayList<>();
        private int node;
        private volatile long after;
        /** Told to join later, as clients are on a machine that is too busy for the nodes to keep in touch. */
        private volatile boolean refused;

        Viewer(String room, int node) {
            this.room = room;
            this.node = node;
            view = new RoomView(
                    room, false, complaint -> complaints.add(room + ": " + complaint), new RoomView.Witness() {
                        @Override
                        public void publication(String epoch, long offset, JsonObject payload) {
                            epochs.add(epoch);
                            heard.merge(payload.getString("text"), 1, Integer::sum);
                        }
                    });
        }

        void watch() {
            while (watching) {
                try (TestClient client = connect(node, this::hear)) {
                    join(client);
                    while (client.isOpen() && watching) {
                        pause(10);
                        if (refused) {
                            pause(100);
                            join(client);
                        }
                    }
                    if (watching) {
                        closes.add(client.closes().code());
                        synchronized (view) {
                            view.loseConnection();
                        }
                        pause(after);
                        node++;
                    }
                }
            }
        }

        /** What was acknowledged and did not come, and all that may say why; empty if nothing is missing. */
        String missing() {
            Set<String> missing = new TreeSet<>(acked.getOrDefault(room, Set.of()));
            missing.removeAll(heard.keySet());
            if (missing.isEmpty()) {
                return "";
            }
            synchronized (view) {
                return room + " at " + view.offset() + " of epochs " + epochs + ", " + (view.isMember() ? "" : "no ")
                        + "member on node " + node % 3 + ", after closes " + closes + ", refused " + refusals
                        + ", complaints " + complaints + ": " + missing;
            }
        }

        private void join(TestClient client) {
            refused = false;
            JsonObject join =
                    new JsonObject().put("type", "join").put("room", room).put("id", "j");
            synchronized (view) {
                if (view.epoch() != null) {
                    join.put(
                            "since", new JsonObject().put("epoch", view.epoch()).put("offset", view.offset()));
                }
                view.says(join);
            }
            try {
                client.says(join);
            } catch (CompletionException closedMeanwhile) {
                // The close frame says why, as for any other.
            }
        }

        private void hear(JsonObject message) {
            synchronized (view) {
                if ("reconnect".equals(message.getString("type"))) {
                    after = message.getLong("after");
                } else if ("error".equals(message.getString("type"))) {
                    refusals.add(message.encode());
                    refused = UNAVAILABLE.equals(message.getString("code"));
                } else if (room.equals(message.getString("room"))) {
                    view.hears(message);
                }
            }
        }
    }

    private final class HttpPublisher {
        private final String room;
        private int node;

        HttpPublisher(String room, int node) {
            this.room = room;
            this.node = node;
        }

        void publish() {
            for (int n = 0; publishing; n++) {
                String id = "http-" + room + "-" + n;
                if (taken(id)) {
                    acked.computeIfAbsent(room, first -> ConcurrentHashMap.newKeySet())
                            .add(id);
                } else {
                    complaints.add(id + " failed");
                }
                pause(100);
            }
        }

        private boolean taken(String id) {
            for (int attempt = 0; attempt <= RETRIES; ) {
                @Nullable HttpResponse<String> answer = post(id);
                if (answer != null && answer.statusCode() == 200) {
                    return true;
                }
                if (answer == null || answer.headers().firstValue("Retry-After").isEmpty()) {
                    attempt++;
                }
                node++;
                pause(200);
            }
            return false;
        }

        /** Null if the connection was refused or broke. */
        private @Nullable HttpResponse<String> post(String id) {
            try {
                return nodes.get(node % 3)
                        .post("/api/rooms/" + room + "/messages", "{\"text\":\"" + id + "\",\"key\":\"" + id + "\"}");
            } catch (UncheckedIOException broken) {
                return null;
            }
        }
    }

    /** Publishes on a socket, one after the other; what has no ack when the socket is closed goes again on the next. */
    private final class SocketPublisher {
        private final String room;
        private int node;

        SocketPublisher(String room, int node) {
            this.room = room;
            this.node = node;
        }

        void publish() {
            int n = 0;
            @Nullable String again = null;
            while (publishing) {
                try (TestClient client = connect(node, message -> {})) {
                    client.join(room);
                    while (publishing && client.isOpen()) {
                        String id = again != null ? again : "socket-" + room + "-" + n++;
                        again = taken(client, id) ? null : id;
                        pause(100);
                    }
                } catch (AssertionError closedMeanwhile) {
                    pause(20);
                }
                node++;
            }
        }

        private boolean taken(TestClient client, String id) {
            try {
                JsonObject answer = client.publishes(room, "'text':'" + id + "','key':'" + id + "'");
                if (UNAVAILABLE.equals(answer.getString("code"))) {
                    return false;
                }
                if ("ack".equals(answer.getString("type"))) {
                    acked.computeIfAbsent(room, first -> ConcurrentHashMap.newKeySet())
                            .add(id);
                } else {
                    complaints.add(id + ": " + answer);
                }
                return true;
            } catch (AssertionError | CompletionException closedBeforeTheAck) {
                return false;
            }
        }
    }
}
