package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Cable;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.OfficialClient;
import dev.fanfara.testing.OfficialClient.Maker;
import dev.fanfara.testing.OfficialClient.Way;
import dev.fanfara.testing.SocketIoClient;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An unmodified client of Socket.IO that was cut off goes on where it was, on any of two nodes, or is told that it does not. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SocketIoRecoveryIT {
    private static final String RULES = """
            [{"match":"log:*","mode":"log","presence":"none"},
             {"match":"state:*","mode":"state","presence":"none"},
             {"match":"**","mode":"plain","presence":"none"}]""";
    private static final String[] SETTINGS = {
        "--no-demo",
        "--set",
        "rooms=" + RULES,
        "--set",
        "socketio.recovery=2m",
        "--set",
        "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET + "\"}]",
        "--set",
        "drain.window=1s"
    };

    /** In each of two rooms. */
    private static final int MANY = 200;

    private static final AtomicInteger STORIES = new AtomicInteger();

    private static GatewayProcess one;
    private static GatewayProcess other;

    @BeforeAll
    static void start() {
        List<GatewayProcess> nodes = GatewayProcess.cluster(2, SETTINGS);
        one = nodes.get(0);
        other = nodes.get(1);
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
    }

    private static Stream<Arguments> cuts() {
        return Stream.of(
                Arguments.of(Way.WEBSOCKET_ONLY, true, true),
                Arguments.of(Way.WEBSOCKET_ONLY, true, false),
                Arguments.of(Way.WEBSOCKET_ONLY, false, true),
                Arguments.of(Way.WEBSOCKET_ONLY, false, false),
                Arguments.of(Way.POLLING_ONLY, true, true),
                Arguments.of(Way.UPGRADE, false, false));
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("cuts")
    void nothingIsLostAndNothingComesTwice(Way way, boolean noticed, boolean toTheSameNode) {
        try (Cable cable = new Cable(one);
                Story story = new Story(way, cable)) {
            story.hears(10);
            if (noticed) {
                cable.cut();
            } else {
                cable.cutUnnoticed();
            }
            story.client.disconnected();
            cable.leadsTo(toTheSameNode ? one : other);

            story.goesOn();
        }
    }

    @Test
    @Order(2)
    void aClientInARoomWithoutHistoryBeginsAnew() {
        try (Cable cable = new Cable(one);
                OfficialClient client = OfficialClient.open(Maker.JAVASCRIPT, Way.UPGRADE, cable.url(), token("ann"))) {
            String id = client.connected();
            client.asks("join-room", "log:with-a-plain-one");
            client.asks("join-room", "plain");
            publish(other, "log:with-a-plain-one", "hello");
            client.hears("message");
            cable.cut();
            client.disconnected();
            cable.leadsTo(one);

            assertThat(client.recovered(id)).isFalse();
        }
    }

    @Test
    @Order(2)
    void onlyItsUserGetsASessionAndOnlyOnce() {
        SocketIoClient ann = inALog("log:one-user");
        JsonObject back = ann.comesBack(token("ann"));
        ann.close();

        JsonObject stolen = back.copy().put("token", token("bob"));
        try (SocketIoClient bob = SocketIoClient.open(other, "/", stolen)) {
            assertThat(bob.connectAnswer().getString("pid")).isNotNull().isNotEqualTo(back.getString("pid"));
            assertThat(bob.id()).isNotEqualTo(ann.id());
        }
        try (SocketIoClient again = SocketIoClient.open(other, "/", back)) {
            assertThat(again.connectAnswer()).isEqualTo(ann.connectAnswer());
            publish(one, "log:one-user", "later");
            assertThat(again.hears("message").getString("text")).isEqualTo("later");
        }
    }

    @Test
    @Order(2)
    void whoeverSaidGoodbyeBeginsAnew() {
        SocketIoClient ann = inALog("log:goodbye");
        ann.sends("41");
        ann.close();

        try (SocketIoClient again = SocketIoClient.open(one, "/", ann.comesBack(token("ann")))) {
            assertThat(again.id()).isNotEqualTo(ann.id());
        }
    }

    @Test
    @Order(2)
    void whoMissedAPrivateMessageBeginsAnew() {
        SocketIoClient ann = inALog("log:private");
        ann.close();
        try (SocketIoClient bob = SocketIoClient.connect(one, token("bob"))) {
            bob.asks("private-message", "{'to':'" + ann.id() + "','text':'psst'}");
        }

        try (SocketIoClient again = SocketIoClient.open(one, "/", ann.comesBack(token("ann")))) {
            assertThat(again.id()).isNotEqualTo(ann.id());
        }
    }

    @Test
    @Order(2)
    void aStateIsPatchedFromWhereItWas() {
        SocketIoClient ann = SocketIoClient.connect(one, token("ann"));
        ann.joins("state:dash");
        patch("{\"cpu\":1,\"more\":\"" + "x".repeat(1_000) + "\"}");
        ann.hears("patch");
        ann.close();
        patch("{\"cpu\":2}");

        try (SocketIoClient again = SocketIoClient.open(other, "/", ann.comesBack(token("ann")))) {
            assertThat(again.id()).isEqualTo(ann.id());
            assertThat(again.hears("patch").getJsonObject("data")).isEqualTo(new JsonObject().put("cpu", 2));
            patch("{\"cpu\":3}");
            assertThat(again.hears("patch").getJsonObject("data")).isEqualTo(new JsonObject().put("cpu", 3));
        }
    }

    @Test
    @Order(3)
    void aNodeThatIsStoppedLeavesItsSessionsToTheOther() {
        try (Cable cable = new Cable(one);
                Story story = new Story(Way.WEBSOCKET_ONLY, cable)) {
            story.hears(10);
            cable.leadsTo(other);
            one.signal("TERM");

            story.goesOn();
            assertThat(one.awaitExit(20)).isZero();
        }
    }

    /** In a room where it heard something. */
    private static SocketIoClient inALog(String room) {
        SocketIoClient client = SocketIoClient.connect(one, token("ann"));
        client.joins(room);
        publish(other, room, "hello");
        client.hears("message");
        return client;
    }

    /** Two rooms in which much is said, one after the other, and one client who is to hear all of it. */
    private static final class Story implements AutoCloseable {
        private final List<String> rooms;
        private final OfficialClient client;
        private final String id;
        private final int[] heard = new int[2];
        private final CompletableFuture<Void> said;

        Story(Way way, Cable cable) {
            int number = STORIES.incrementAndGet();
            rooms = List.of("log:a" + number, "log:b" + number);
            client = OfficialClient.open(Maker.JAVASCRIPT, way, cable.url(), token("ann"));
            id = client.connected();
            rooms.forEach(room -> client.asks("join-room", room));
            said = CompletableFuture.runAsync(() -> IntStream.range(0, MANY)
                    .forEach(n -> rooms.forEach(room -> publish(other, room, Integer.toString(n)))));
        }

        /** So many more, each room's in their order. */
        void hears(int messages) {
            for (int i = 0; i < messages; i++) {
                JsonObject message = client.hears("message");
                int room = rooms.indexOf(message.getString("room"));
                assertThat(message.getString("text")).isEqualTo(Integer.toString(heard[room]++));
            }
        }

        void goesOn() {
            assertThat(client.recovered(id)).as("recovered").isTrue();
            said.join();
            // One more in each room: nothing came twice.
            rooms.forEach(room -> publish(other, room, Integer.toString(MANY)));
            hears(2 * (MANY + 1) - heard[0] - heard[1]);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static void publish(GatewayProcess node, String room, String text) {
        assertThat(node.post(
                                "/api/rooms/" + room + "/messages",
                                new JsonObject().put("text", text).encode(),
                                "Authorization",
                                "Bearer " + token("backend"))
                        .statusCode())
                .isEqualTo(200);
    }

    private static void patch(String json) {
        try (SocketIoClient backend = SocketIoClient.connect(other, token("backend"))) {
            backend.joins("state:dash");
            assertThat(backend.asks("message", "{'room':'state:dash','data':" + json + "}")
                            .containsKey("offset"))
                    .isTrue();
        }
    }

    private static String token(String user) {
        return Jwt.signed(Jwt.SECRET, Jwt.claims(user, 300).put("scope", "private publish"));
    }
}
