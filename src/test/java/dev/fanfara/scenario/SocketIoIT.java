package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the events of Socket.IO do, on two nodes. */
class SocketIoIT {
    private static final String RULES = """
            [{"match":"log:*","mode":"log","presence":"none"},
             {"match":"state:*","mode":"state","presence":"none"},
             {"match":"secret:*","join":"nobody"},
             {"match":"**","mode":"plain","presence":"full"}]""";
    private static final String[] SETTINGS = {
        "--no-demo",
        "--set",
        "rooms=" + RULES,
        "--set",
        "socketio.namespaces=[\"/\",\"/admin\"]",
        "--set",
        "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET + "\"}]",
        "--set",
        "drain.window=1s",
        "--set",
        "connections.heartbeat=1s",
        "--set",
        "connections.heartbeatTimeout=500ms",
        "--set",
        "socketio.pingInterval=1s"
    };

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

    @Test
    void theAnswerToConnectIsASidAndNothingElse() {
        try (SocketIoClient client = SocketIoClient.open(one, "/", null)) {
            assertThat(client.connectAnswer().fieldNames()).containsExactly("sid");
            assertThat(client.id()).matches("[A-Za-z0-9_-]{22,}");
        }
    }

    @Test
    void aTutorialsChat() {
        try (SocketIoClient ann = SocketIoClient.connect(one, token("ann"));
                SocketIoClient bob = SocketIoClient.connect(other, token("bob"))) {
            JsonObject joined = ann.asks("join-room", "'chat'");
            assertThat(joined).isEqualTo(new JsonObject().put("room", "chat").put("members", 1));
            JsonObject own = ann.hears("user-joined");
            assertThat(own.getString("userId")).isEqualTo("ann");
            assertThat(own.getString("user")).isEqualTo("ann");
            assertThat(own.getString("timestamp")).matches("\\d{4}-.*Z");

            assertThat(bob.asks("join-room", "{'room':'chat'}").getInteger("members"))
                    .isEqualTo(2);
            assertThat(ann.hears("user-joined").getString("userId")).isEqualTo("bob");

            assertThat(bob.asks("message", "{'room':'chat','text':'hello'}")).isEqualTo(new JsonObject());
            for (SocketIoClient each : List.of(ann, bob)) {
                JsonObject message = each.hears("message");
                assertThat(message.fieldNames()).isEqualTo(Set.of("userId", "user", "room", "text", "timestamp"));
                assertThat(message.getString("userId")).isEqualTo("bob");
                assertThat(message.getString("user")).isEqualTo("bob");
                assertThat(message.getString("room")).isEqualTo("chat");
                assertThat(message.getString("text")).isEqualTo("hello");
            }

            assertThat(bob.asks("leave-room", "'chat'").getString("room")).isEqualTo("chat");
            assertThat(ann.hears("user-left").getString("userId")).isEqualTo("bob");
            ann.emits("message", "{'room':'chat','data':{'n':1}}");
            assertThat(ann.hears("message").getJsonObject("data")).isEqualTo(new JsonObject().put("n", 1));
            bob.hearsNothingMoreOf("message");
        }
    }

    @Test
    void aPrivateMessageReachesASocketOrAUser() {
        try (SocketIoClient ann = SocketIoClient.connect(one, token("ann"));
                SocketIoClient bob = SocketIoClient.connect(other, token("bob"));
                SocketIoClient bobToo = SocketIoClient.connect(one, token("bob"))) {
            ann.emits("private-message", "{'to':'" + bob.id() + "','text':'one'}");
            JsonObject message = bob.hears("private-message");
            assertThat(message.getString("from")).isEqualTo("ann");
            assertThat(message.getString("text")).isEqualTo("one");

            assertThat(ann.asks("private-message", "{'to':'bob','data':2}").getInteger("delivered"))
                    .isEqualTo(2);
            assertThat(bob.hears("private-message").getInteger("data")).isEqualTo(2);
            assertThat(bobToo.hears("private-message").getInteger("data")).isEqualTo(2);
            bob.emits("private-message", "{'to':'" + message.getString("from") + "','text':'back'}");
            assertThat(ann.hears("private-message").getString("text")).isEqualTo("back");
        }
    }

    @Test
    void anEventOfTheClientsOwnIsRelayedUnderItsName() {
        try (SocketIoClient ann = SocketIoClient.connect(one, token("ann")).joins("own");
                SocketIoClient bob = SocketIoClient.connect(other, token("bob")).joins("own");
                TestClient socket = TestClient.connect(one).joins("own")) {
            assertThat(ann.asks("cursor-moved", "{'room':'own','x':1,'userId':'forged'}"))
                    .isEqualTo(new JsonObject());
            for (SocketIoClient each : List.of(ann, bob)) {
                JsonObject moved = each.hears("cursor-moved");
                assertThat(moved.getInteger("x")).isEqualTo(1);
                assertThat(moved.getString("userId")).isEqualTo("ann");
                assertThat(moved.fieldNames()).isEqualTo(Set.of("room", "x", "userId", "timestamp"));
            }
            JsonObject message = socket.hears("message");
            assertThat(message.getString("event")).isEqualTo("cursor-moved");
            assertThat(message.getJsonObject("data"))
                    .isEqualTo(new JsonObject().put("room", "own").put("x", 1));
            assertThat(message.getString("user")).isEqualTo("ann");
        }
    }

    @Test
    void eventsOfTheGatewaysNamesAreRefused() {
        try (SocketIoClient client = SocketIoClient.connect(one).joins("refused")) {
            for (String name : List.of("user-joined", "patch", "presence", "joined", "error", "broadcast")) {
                assertThat(code(client.asks(name, "{'room':'refused'}"))).isEqualTo("bad-request");
            }
            client.emits("joined", "{'room':'refused'}");
            assertThat(client.hears("error").getString("code")).isEqualTo("bad-request");
        }
    }

    @Test
    void errorsComeInTheAck() {
        try (SocketIoClient client = SocketIoClient.connect(one).joins("errors")) {
            assertThat(code(client.asks("join-room", "'secret:a'"))).isEqualTo("forbidden");
            assertThat(code(client.asks("join-room", "'errors'"))).isEqualTo("already-joined");
            assertThat(code(client.asks("join-room", "'not a room'"))).isEqualTo("bad-request");
            assertThat(code(client.asks("message", "{'room':'elsewhere','text':'x'}")))
                    .isEqualTo("not-joined");
            assertThat(code(client.asks("message", "{'room':'errors'}"))).isEqualTo("bad-request");
            assertThat(code(client.asks("leave-room", "'elsewhere'"))).isEqualTo("not-joined");
            assertThat(client.asks("message", "{'room':'errors','text':'still here'}"))
                    .isEqualTo(new JsonObject());
        }
    }

    @Test
    void binaryDataIsRefusedAndNothingElseIsLost() {
        try (SocketIoClient client = SocketIoClient.connect(one).joins("binary")) {
            client.sends("451-[\"message\",{\"room\":\"binary\",\"data\":{\"_placeholder\":true,\"num\":0}}]")
                    .sends(new byte[] {1, 2, 3});
            assertThat(client.hears("error").getString("code")).isEqualTo("bad-request");
            assertThat(client.asks("message", "{'room':'binary','text':'x'}")).isEqualTo(new JsonObject());
        }
    }

    @Test
    void aLogRoomRemembers() {
        try (SocketIoClient ann = SocketIoClient.connect(one, token("ann")).joins("log:a");
                SocketIoClient bob = SocketIoClient.connect(other, token("bob")).joins("log:a")) {
            JsonObject first = ann.asks("message", "{'room':'log:a','text':'a','key':'k'}");
            assertThat(first.getLong("offset")).isEqualTo(1);
            assertThat(ann.asks("message", "{'room':'log:a','text':'a','key':'k'}"))
                    .isEqualTo(first.copy().put("duplicate", true));
            assertThat(code(ann.asks("message", "{'room':'log:a','text':'b','key':'k'}")))
                    .isEqualTo("conflict");
            assertThat(bob.hears("message").getLong("offset")).isEqualTo(1);
            bob.asks("leave-room", "'log:a'");
            ann.asks("message", "{'room':'log:a','text':'b'}");

            JsonObject again = bob.asks(
                    "join-room", "{'room':'log:a','since':{'epoch':'" + first.getString("epoch") + "','offset':1}}");
            assertThat(again.getBoolean("recovered")).isTrue();
            assertThat(again.getLong("offset")).isEqualTo(2);
            assertThat(again.getJsonArray("messages").getJsonObject(0).getString("text"))
                    .isEqualTo("b");
        }
    }

    @Test
    void aStateRoomSendsPatches() {
        try (SocketIoClient ann = SocketIoClient.connect(one, token("ann"));
                SocketIoClient bob = SocketIoClient.connect(other, token("bob"))) {
            ann.joins("state:a");
            ann.asks("message", "{'room':'state:a','data':{'cpu':1,'mem':2}}");
            assertThat(bob.asks("join-room", "'state:a'").getJsonObject("state"))
                    .isEqualTo(new JsonObject().put("cpu", 1).put("mem", 2));
            ann.asks("message", "{'room':'state:a','data':{'cpu':null}}");
            JsonObject patch = bob.hears("patch");
            assertThat(patch.fieldNames()).isEqualTo(Set.of("room", "data", "offset", "previous", "timestamp"));
            assertThat(patch.getJsonObject("data").containsKey("cpu")).isTrue();
            assertThat(code(ann.asks("cursor-moved", "{'room':'state:a'}"))).isEqualTo("bad-request");
            assertThat(code(ann.asks("join-room", "{'room':'x','maxRate':5}"))).isEqualTo("bad-request");
        }
    }

    @Test
    void namespacesAreWorldsOfTheirOwn() {
        try (SocketIoClient main = SocketIoClient.connect(one).joins("same");
                SocketIoClient admin = SocketIoClient.open(one, "/admin", null);
                SocketIoClient adminToo = SocketIoClient.open(other, "/admin", null)) {
            assertThat(admin.id()).isNotEqualTo(main.id());
            assertThat(admin.asks("join-room", "'same'"))
                    .isEqualTo(new JsonObject().put("room", "same").put("members", 1));
            adminToo.joins("same");
            admin.emits("message", "{'room':'same','text':'inside'}");
            main.emits("message", "{'room':'same','text':'outside'}");

            assertThat(adminToo.hears("message").getString("text")).isEqualTo("inside");
            assertThat(main.hears("message").getString("text")).isEqualTo("outside");
            adminToo.hearsNothingMoreOf("message");
            main.hearsNothingMoreOf("message");
        }
        try (SocketIoClient unknown = SocketIoClient.open(one, "/unknown", null)) {
            assertThat(unknown.connectError()).isEqualTo(new JsonObject().put("message", "Invalid namespace"));
        }
    }

    @Test
    void aBadTokenIsAConnectErrorAndAnotherTryMaySucceed() {
        try (SocketIoClient client = SocketIoClient.open(one, "/", new JsonObject().put("token", "no.token.atall"))) {
            assertThat(client.connectError().getString("message")).isEqualTo("Invalid token");
            client.sends("40" + new JsonObject().put("token", token("ann")).encode());
            assertThat(client.id()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4x",
                "42{}",
                "42[\"a\"",
                "42[]",
                "42[\"disconnect\",{}]",
                "40{",
                "42/other,[\"a\"]",
                "40",
                "451-[\"a\"]"
            })
    void whatIsNotThisProtocolEndsTheConnection(String packet) {
        try (SocketIoClient client = SocketIoClient.connect(one)) {
            client.sends(packet);
            if (packet.startsWith("451")) {
                client.sends("42[\"an attachment was to come\"]");
            }
            assertThat(client.closes()).isEqualTo(1002);
            assertThat(client.wasDisconnected()).isFalse();
        }
    }

    @Test
    void whoLeavesTheNamespaceKeepsItsSession() {
        try (SocketIoClient client = SocketIoClient.connect(one).joins("leaving");
                TestClient socket = TestClient.connect(one).joins("leaving")) {
            client.sends("41");
            assertThat(socket.hears("user-left").getString("connection")).isEqualTo(client.id());
            client.sends("40/admin,");
            assertThat(client.wasDisconnected()).isFalse();
        }
    }

    @Test
    void aConnectionIsCountedAndItsEndToo() {
        double before = one.metric("fanfara_connections{transport=\"socketio\"}");
        try (SocketIoClient client = SocketIoClient.connect(one).joins("counted")) {
            assertThat(one.metric("fanfara_connections{transport=\"socketio\"}"))
                    .isEqualTo(before + 1);
            client.emits("message", "{'room':'counted','text':'x'}");
            client.hears("message");
            assertThat(one.metric("fanfara_deliveries_total{transport=\"socketio\"}"))
                    .isPositive();
        }
        Eventually.holds(() -> assertThat(one.metric("fanfara_connections{transport=\"socketio\"}"))
                .isEqualTo(before));
    }

    /** The gateway's own heartbeat, which such clients would not understand, would have ended it by then. */
    @Test
    void engineIoMindsItsClientsLife() {
        try (SocketIoClient client = SocketIoClient.connect(one).joins("alive")) {
            client.isPinged(4);
            assertThat(client.asks("message", "{'room':'alive','text':'x'}")).isEqualTo(new JsonObject());
        }
    }

    private static String code(JsonObject ack) {
        return ack.getJsonObject("error").getString("code");
    }

    private static String token(String user) {
        JsonObject claims = Jwt.claims(user, 300).put("scope", "private");
        claims.getJsonObject("rooms").put("history", new JsonArray().add("**"));
        return Jwt.signed(Jwt.SECRET, claims);
    }
}
