package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.Nginx;
import dev.fanfara.testing.OfficialClient;
import dev.fanfara.testing.OfficialClient.Maker;
import dev.fanfara.testing.OfficialClient.Way;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The same stories for every client of Socket.IO that others wrote, over every transport, to one node and through a proxy to two. */
class OfficialClientsIT {
    private static final String[] WITH_TOKENS = {
        "--no-demo",
        "--set",
        "auth={\"required\":true,\"keys\":[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET + "\"}]}",
        "--set",
        "limits.connectionsPerUser=1000",
    };

    private static final int MANY = 50;

    private static final AtomicInteger STORIES = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static List<GatewayProcess> nodes = List.of();
    private static Nginx proxy;

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(2, WITH_TOKENS);
        proxy = Nginx.before(directory, nodes);
    }

    @AfterAll
    static void stop() {
        if (proxy != null) {
            proxy.close();
        }
        nodes.forEach(GatewayProcess::close);
    }

    private static Stream<Arguments> everyWay() {
        return Arrays.stream(Maker.values())
                .flatMap(maker -> Arrays.stream(Way.values()).map(way -> Arguments.of(maker, way)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void membersOfARoomHearEachOther(Maker maker, Way way) {
        tellTheStory(maker, way, nodes.get(0).url(), nodes.get(1).url());
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aProxyThatIsNotStickyMakesNoDifference(Maker maker, Way way) {
        tellTheStory(maker, way, proxy.url(), proxy.url());
    }

    private static void tellTheStory(Maker maker, Way way, String aliceAt, String bobAt) {
        String room = "story:" + STORIES.incrementAndGet();
        try (OfficialClient alice = OfficialClient.open(maker, way, aliceAt, token("alice"));
                OfficialClient bob = OfficialClient.open(maker, way, bobAt, token("bob"))) {
            alice.connected();
            String bobsId = bob.connected();
            assertThat(alice.asks("join-room", room).getString("room")).isEqualTo(room);
            assertThat(alice.hears("user-joined").getString("userId")).isEqualTo("alice");
            assertThat(bob.asks("join-room", new JsonObject().put("room", room)).getInteger("members"))
                    .isEqualTo(2);
            assertThat(alice.hears("user-joined").getString("userId")).isEqualTo("bob");

            assertThat(alice.asks("message", text(room, "hello, bob"))).isEqualTo(new JsonObject());
            for (OfficialClient each : List.of(alice, bob)) {
                JsonObject message = each.hears("message");
                assertThat(message.getString("userId")).isEqualTo("alice");
                assertThat(message.getString("user")).isEqualTo("alice");
                assertThat(message.getString("room")).isEqualTo(room);
                assertThat(message.getString("text")).isEqualTo("hello, bob");
                assertThat(message.getString("timestamp"))
                        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            }

            bob.emits("moved", new JsonObject().put("room", room).put("x", 7));
            JsonObject moved = alice.hears("moved");
            assertThat(moved.getInteger("x")).isEqualTo(7);
            assertThat(moved.getString("userId")).isEqualTo("bob");

            alice.emits("private-message", new JsonObject().put("to", bobsId).put("text", "psst, ü€😀"));
            JsonObject secret = bob.hears("private-message");
            assertThat(secret.getString("from")).isEqualTo("alice");
            assertThat(secret.getString("text")).isEqualTo("psst, ü€😀");

            JsonObject refusal =
                    alice.asks("message", text(room + ":other", "?")).getJsonObject("error");
            assertThat(refusal.getString("code")).isEqualTo("not-joined");
            assertThat(refusal.getString("message")).isNotBlank();

            List<String> said =
                    IntStream.range(0, MANY).mapToObj(n -> "number " + n).toList();
            said.forEach(each -> alice.emits("message", text(room, each)));
            List<String> heard = IntStream.range(0, MANY)
                    .mapToObj(n -> bob.hears("message").getString("text"))
                    .toList();
            if (maker == Maker.PYTHON) {
                // It hands each event to a thread of its own, which forgets their order.
                assertThat(heard).containsExactlyInAnyOrderElementsOf(said);
            } else {
                assertThat(heard).isEqualTo(said);
            }

            bob.asks("leave-room", room);
            assertThat(alice.hears("user-left").getString("userId")).isEqualTo("bob");
        }
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aTokenIsAskedFor(Maker maker, Way way) {
        try (OfficialClient nobody =
                        OfficialClient.open(maker, way, nodes.get(0).url(), null);
                OfficialClient somebody =
                        OfficialClient.open(maker, way, nodes.get(0).url(), "no.token.atall")) {
            assertThat(nobody.refused()).isEqualTo("Token required");
            assertThat(somebody.refused()).isEqualTo("Invalid token");
        }
    }

    @Test
    void whoeverLostTheServerComesBack() {
        String port = Integer.toString(GatewayProcess.freePorts(1).get(0));
        String[] arguments = {"--no-demo", "--port", port};
        List<OfficialClient> clients = new ArrayList<>();
        try (GatewayProcess first = GatewayProcess.start(arguments)) {
            for (Maker maker : Maker.values()) {
                for (Way way : Way.values()) {
                    clients.add(OfficialClient.connect(maker, way, first.url(), null));
                }
            }
            first.kill();
            clients.forEach(OfficialClient::disconnected);
            try (GatewayProcess second = GatewayProcess.start(arguments)) {
                for (OfficialClient client : clients) {
                    client.connected();
                    String room = "lobby:" + clients.indexOf(client);
                    assertThat(client.asks("join-room", room).getString("room")).isEqualTo(room);
                    client.asks("message", text(room, "back on " + second.port()));
                    assertThat(client.hears("message").getString("text")).isEqualTo("back on " + port);
                }
            }
        } finally {
            clients.forEach(OfficialClient::close);
        }
    }

    /** What the ways above are is true: the gateway's own figure says how many of its clients are on WebSockets. */
    @ParameterizedTest
    @EnumSource(Maker.class)
    void theTransportIsTheOneThatWasAsked(Maker maker) {
        GatewayProcess gateway = nodes.get(0);
        Eventually.holds(
                () -> assertThat(gateway.metric("websocket_connections")).isZero());
        for (Way way : Way.values()) {
            int sockets = way == Way.POLLING_ONLY ? 0 : 1;
            try (OfficialClient client = OfficialClient.connect(maker, way, gateway.url(), token("carol"))) {
                client.asks("join-room", "lobby");
                Eventually.holds(() ->
                        assertThat(gateway.metric("websocket_connections")).isEqualTo(sockets));
            }
            Eventually.holds(
                    () -> assertThat(gateway.metric("websocket_connections")).isZero());
        }
    }

    private static JsonObject text(String room, String text) {
        return new JsonObject().put("room", room).put("text", text);
    }

    private static String token(String user) {
        return Jwt.signed(Jwt.SECRET, Jwt.claims(user, 300).put("scope", "private"));
    }
}
