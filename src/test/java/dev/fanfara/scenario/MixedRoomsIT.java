package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One room with members on all wires, each on another node: whoever says something, all others hear the same. */
class MixedRoomsIT {
    private static final String RULES = """
            [{"match":"log:*","mode":"log"},
             {"match":"state:*","mode":"state","presence":"none"},
             {"match":"**","mode":"plain","presence":"full"}]""";
    /** What a wire adds to a message or leaves out because its place says it. */
    private static final List<String> OF_THE_WIRE = List.of("type", "userId");

    private static List<GatewayProcess> nodes = List.of();

    private TestClient socket;
    private TestClient anotherSocket;
    private SocketIoClient client;
    private SocketIoClient anotherClient;

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(3, "--no-demo", "--set", "rooms=" + RULES);
    }

    @AfterAll
    static void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    @BeforeEach
    void connect() {
        socket = TestClient.connect(nodes.get(0));
        anotherSocket = TestClient.connect(nodes.get(1));
        client = SocketIoClient.connect(nodes.get(2));
        anotherClient = SocketIoClient.connect(nodes.get(0));
    }

    @AfterEach
    void disconnect() {
        socket.close();
        anotherSocket.close();
        client.close();
        anotherClient.close();
    }

    @Test
    void inAPlainRoom() {
        eachHearsTheSame("mixed");
    }

    @Test
    void inARoomThatRemembers() {
        eachHearsTheSame("log:mixed");
    }

    private void eachHearsTheSame(String room) {
        socket.joins(room);
        anotherSocket.joins(room);
        client.joins(room);
        anotherClient.joins(room);
        try (SseClient stream = SseClient.connect(nodes.get(1), "room=" + room)) {
            stream.hears("joined");

            socket.says("{'type':'message','room':'" + room + "','data':{'said':'by a socket'}}");
            List<JsonObject> heard = heard("by a socket", stream);
            heard.add(bare(anotherSocket.hears("message", says("by a socket"))));
            assertThat(heard).hasSize(4).allMatch(heard.get(0)::equals);
            if (room.startsWith("log:")) {
                assertThat(heard.get(0).getLong("offset")).isPositive();
            }

            client.emits("message", "{'room':'" + room + "','data':{'said':'by socket.io'}}");
            heard = heard("by socket.io", stream);
            heard.add(bare(anotherSocket.hears("message", says("by socket.io"))));
            heard.add(bare(socket.hears("message", says("by socket.io"))));
            assertThat(heard).hasSize(5).allMatch(heard.get(0)::equals);

            post("/api/rooms/" + room + "/messages", "{\"data\":{\"said\":\"by a backend\"}}");
            heard = heard("by a backend", stream);
            heard.add(bare(anotherSocket.hears("message", says("by a backend"))));
            heard.add(bare(socket.hears("message", says("by a backend"))));
            assertThat(heard).hasSize(5).allMatch(heard.get(0)::equals);
            assertThat(heard.get(0).containsKey("user")).isFalse();
        }
    }

    /** On the wires that hear it whoever says it. */
    private List<JsonObject> heard(String what, SseClient stream) {
        List<JsonObject> heard = new ArrayList<>();
        heard.add(bare(client.hears("message", says(what))));
        heard.add(bare(anotherClient.hears("message", says(what))));
        heard.add(bare(stream.hears("message", says(what))));
        return heard;
    }

    private static Predicate<JsonObject> says(String what) {
        return message -> what.equals(message.getJsonObject("data").getString("said"));
    }

    private static JsonObject bare(JsonObject message) {
        JsonObject bare = message.copy();
        OF_THE_WIRE.forEach(bare::remove);
        return bare;
    }

    @Test
    void inARoomThatKeepsAState() {
        String room = "state:mixed";
        socket.joins(room);
        client.joins(room);
        try (SseClient stream = SseClient.connect(nodes.get(1), "room=" + room)) {
            stream.hears("joined");
            anotherClient.joins(room).emits("message", "{'room':'" + room + "','data':{'cpu':1}}");

            JsonObject patch = bare(socket.hears("patch"));
            assertThat(patch.getJsonObject("data")).isEqualTo(new JsonObject().put("cpu", 1));
            assertThat(bare(client.hears("patch"))).isEqualTo(patch);
            assertThat(bare(stream.hears("patch"))).isEqualTo(patch);
            assertThat(bare(anotherClient.hears("patch"))).isEqualTo(patch);
        }
    }

    @Test
    void whoComesAndGoesIsHeardOnAllWires() {
        socket.joins("seen");
        client.joins("seen");
        assertThat(client.hears("user-joined").getString("connection")).isEqualTo(client.id());
        assertThat(socket.hears("user-joined").getString("connection")).isEqualTo(client.id());
        try (SseClient stream = SseClient.connect(nodes.get(1), "room=seen&user=sam")) {
            stream.hears("joined");
            assertThat(socket.hears("user-joined").getString("user")).isEqualTo("sam");
            assertThat(client.hears("user-joined").getString("userId")).isEqualTo("sam");

            client.close();
            assertThat(stream.hears("user-left").getString("connection")).isEqualTo(client.id());
        }
        assertThat(socket.hears("user-left", left -> "sam".equals(left.getString("user"))))
                .isNotNull();
    }

    @Test
    void aBroadcastReachesAllWires() {
        try (SseClient stream = SseClient.connect(nodes.get(1), "room=any")) {
            stream.hears("joined");
            client.id();

            post("/api/broadcast", "{\"text\":\"to all\"}");

            JsonObject broadcast = bare(socket.hears("broadcast"));
            assertThat(broadcast.getString("text")).isEqualTo("to all");
            assertThat(bare(client.hears("broadcast"))).isEqualTo(broadcast);
            assertThat(bare(stream.hears("broadcast"))).isEqualTo(broadcast);
        }
    }

    private static void post(String path, String json) {
        assertThat(nodes.get(2).post(path, json).statusCode()).isEqualTo(200);
    }
}
