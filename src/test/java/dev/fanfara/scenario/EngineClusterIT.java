package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.EngineClient;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions of Engine.IO whose requests and WebSockets come to both nodes in turn, as a load balancer likes. */
class EngineClusterIT {
    private static final String PATH = "/engine.io/";
    /** Speaks more, and has a heartbeat that gives a busy machine time. */
    private static final String SLOWLY = "/socket.io/";

    private static final String UNKNOWN = "{\"code\":1,\"message\":\"Session ID unknown\"}";

    private static final String SOCKETIO = "fanfara_connections{transport=\"socketio\"}";

    private static List<GatewayProcess> nodes;

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(
                2,
                "--conformance",
                "--no-demo",
                "--set",
                "server.eventLoops=2",
                "--set",
                "socketio.pingInterval=25s",
                "--set",
                "socketio.pingTimeout=20s");
        // What conformance mode allows is short for a first request, for which classes are loaded.
        Eventually.holds(() -> assertThat(open().post("4a").body()).isEqualTo("ok"));
        Eventually.holds(() ->
                assertThat(EngineClient.open(nodes, SLOWLY).post("40").body()).isEqualTo("ok"));
    }

    @AfterAll
    static void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    /** The session is on the first node; whatever comes next goes to the second, and so on. */
    private static EngineClient open() {
        return EngineClient.open(nodes, PATH);
    }

    private static String text(RawSocket socket) {
        return socket.readUntil(RawSocket.TEXT).text();
    }

    private static RawSocket upgraded(EngineClient client) {
        RawSocket socket = client.socket();
        socket.says("2probe");
        assertThat(text(socket)).isEqualTo("3probe");
        socket.says("5").says("4here");
        assertThat(text(socket)).isEqualTo("4here");
        return socket;
    }

    @Test
    void postsAndPollsReachTheSessionFromAnyNode() {
        EngineClient client = open();
        StringBuilder heard = new StringBuilder();
        for (int i = 0; i < 51; i++) {
            client.says("4a" + i + "|bAQID");
            for (String packet : client.hears().split("\\|", -1)) {
                if (packet.equals("2")) {
                    client.says("3");
                } else {
                    heard.append(packet).append(' ');
                }
            }
        }
        for (int i = 0; i < 50; i++) {
            assertThat(heard).contains("4a" + i + " bAQID ");
        }
    }

    @Test
    void whoPollsOneNodeHearsWhatWasPostedToAnother() throws Exception {
        EngineClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.pollLater();

        client.says("4hello");

        assertThat(poll.get(5, TimeUnit.SECONDS).body()).isIn("4hello", "2");
    }

    @Test
    void aHeartbeatCrossesNodesInTime() {
        EngineClient client = open();
        for (int i = 0; i < 5; i++) {
            assertThat(client.hears()).isEqualTo("2");
            client.says("3");
        }
    }

    @Test
    void aWebSocketMayComeToAnotherNode() {
        EngineClient client = open();
        client.says("4before");
        assertThat(client.hears()).isEqualTo("4before");
        client.says("4waits");
        try (RawSocket socket = client.socket()) {
            socket.says("2probe");
            assertThat(text(socket)).isEqualTo("3probe");
            socket.says("5").says("4after");
            assertThat(text(socket)).isEqualTo("4waits");
            assertThat(text(socket)).isEqualTo("4after");
            socket.sends(true, RawSocket.BINARY, new byte[] {1, 2, 3});
            assertThat(socket.readUntil(RawSocket.BINARY).payload()).containsExactly(1, 2, 3);
            for (int i = 0; i < 3; i++) {
                assertThat(text(socket)).isEqualTo("2");
                socket.says("3");
            }
        }
        Eventually.holds(() -> assertThat(client.poll().body()).isEqualTo(UNKNOWN));
    }

    @Test
    void muchPassesARelayInOrderAndWithoutLoss() {
        EngineClient client = EngineClient.open(nodes, SLOWLY);
        try (RawSocket socket = client.socket()) {
            socket.says("2probe").says("5").says("40");
            assertThat(text(socket)).isEqualTo("3probe");
            assertThat(text(socket)).startsWith("40");
            assertThat(text(socket)).startsWith("42['auth'".replace('\'', '"'));
            int messages = 200;
            Thread writer = new Thread(() -> {
                for (int i = 0; i < messages; i++) {
                    socket.says("42['message','" + i + "x".repeat(20_000) + "']");
                }
            });
            writer.start();
            for (int i = 0; i < messages; i++) {
                assertThat(text(socket)).startsWith("42['message-back','".replace('\'', '"') + i + "x");
            }
        }
    }

    @Test
    void aClientThatIsSilentIsClosedOnTheNodeItIsAt() {
        EngineClient client = open();
        try (RawSocket socket = upgraded(client)) {
            assertThat(text(socket)).isEqualTo("2");
            assertThat(socket.readCloseCode()).isEqualTo(4003);
        }
    }

    @Test
    void aSecondWebSocketIsClosedWhereverItComes() {
        EngineClient client = open();
        client.says("6"); // so that the first socket comes to the node of the session
        try (RawSocket socket = upgraded(client);
                RawSocket second = client.socket()) {
            assertThat(second.readCloseCode()).isEqualTo(1000);
            socket.says("4still");
            assertThat(text(socket)).isEqualTo("4still");
        }
    }

    @Test
    void aPollerThatGoesAwayFromAnotherNodeTakesItsSessionWithIt() {
        EngineClient client = EngineClient.open(nodes, SLOWLY).says("40");
        // A poll that is answered at once waits for nothing when its client goes.
        StringBuilder heard = new StringBuilder();
        while (!heard.toString().contains("[\"auth\"")) {
            heard.append(client.hears());
        }
        assertThat(heard.toString()).startsWith("40{");
        try (RawSocket poller = RawSocket.connect(nodes.get(1).port())) {
            poller.write(("GET " + SLOWLY + "?EIO=4&transport=polling&sid=" + client.sid()
                            + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        Eventually.holds(() -> assertThat(client.post("3").body()).isEqualTo(UNKNOWN));
    }

    @Test
    void withItsNodeASessionIsGone() throws Exception {
        List<GatewayProcess> two = GatewayProcess.cluster(
                2, "--no-demo", "--set", "server.eventLoops=2", "--set", "cluster.minimumSize=1");
        try {
            EngineClient polling = EngineClient.open(two, "/socket.io/");
            CompletableFuture<HttpResponse<String>> poll = polling.pollLater();
            EngineClient upgrading = EngineClient.open(two, "/socket.io/");
            try (RawSocket socket = upgrading.socket()) {
                socket.says("2probe");
                assertThat(text(socket)).isEqualTo("3probe");
                socket.says("5").says("40");
                assertThat(text(socket)).startsWith("40{\"sid\":");

                two.get(0).kill();

                assertThat(socket.readCloseCode()).isEqualTo(1011);
            }
            HttpResponse<String> last = poll.get(20, TimeUnit.SECONDS);
            assertThat(last.statusCode()).isEqualTo(400);
            assertThat(last.body()).isEqualTo(UNKNOWN);
            assertThat(two.get(1)
                            .get("/socket.io/?EIO=4&transport=polling&sid=" + polling.sid())
                            .body())
                    .isEqualTo(UNKNOWN);
        } finally {
            two.forEach(GatewayProcess::close);
        }
    }

    @Test
    void aNodeThatIsStoppedTellsTheClientsItRelays() {
        List<GatewayProcess> two =
                GatewayProcess.cluster(2, "--no-demo", "--set", "cluster.minimumSize=1", "--set", "drain.window=1s");
        try {
            EngineClient client = EngineClient.open(two, SLOWLY);
            try (RawSocket socket = client.socket()) {
                socket.says("2probe").says("5").says("40");
                assertThat(text(socket)).isEqualTo("3probe");
                assertThat(text(socket)).startsWith("40{");

                two.get(1).signal("TERM");

                assertThat(socket.readCloseCode()).isEqualTo(1001);
            }
            Eventually.holds(() -> assertThat(two.get(0).metric(SOCKETIO)).isZero());
            assertThat(two.get(1).awaitExit(15)).isZero();
        } finally {
            two.forEach(GatewayProcess::close);
        }
    }

    @Test
    void withTheNodeThatHeldItsSocketASessionEnds() {
        List<GatewayProcess> two = GatewayProcess.cluster(
                2, "--no-demo", "--set", "server.eventLoops=2", "--set", "cluster.minimumSize=1");
        try {
            EngineClient client = EngineClient.open(two, "/socket.io/");
            try (RawSocket socket = client.socket()) {
                socket.says("2probe");
                assertThat(text(socket)).isEqualTo("3probe");
                socket.says("5").says("40");
                assertThat(text(socket)).startsWith("40{\"sid\":");
                assertThat(two.get(0).metric(SOCKETIO)).isEqualTo(1);
                assertThat(two.get(1).metric("websocket_connections")).isEqualTo(1);

                two.get(1).kill();
            }
            Eventually.holds(() -> assertThat(two.get(0).metric(SOCKETIO)).isZero());
        } finally {
            two.forEach(GatewayProcess::close);
        }
    }
}
