package dev.fanfara.scenario;

import static dev.fanfara.testing.TestClient.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RoomView;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Three real nodes, one memory. The last tests kill nodes, so the order of the tests is part of the story. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RoomMemoryClusterIT {
    private static final int LIMIT = 10;
    private static final List<Integer> PORTS = GatewayProcess.freePorts(3);
    private static final List<GatewayProcess> NODES = new ArrayList<>();
    private static final String RULES = """
            [{"match":"log:*","mode":"log","history":{"size":10},"presence":"none"},
             {"match":"deep:*","mode":"log","history":{"size":5000,"bytes":"4MiB"},"presence":"none"},
             {"match":"state:*","mode":"state","history":{"size":10},"presence":"none"}]""";

    @BeforeAll
    static void start() {
        for (int node = 0; node < PORTS.size(); node++) {
            NODES.add(startNode(node));
        }
    }

    private static GatewayProcess startNode(int node) {
        return GatewayProcess.joinCluster(
                PORTS, node, "--no-demo", "--set", "rooms=" + RULES, "--set", "limits.messages=1000000/1s");
    }

    @AfterAll
    static void stop() {
        NODES.forEach(GatewayProcess::close);
    }

    @Test
    @Order(1)
    void anyNodeRecoversTheSame() {
        for (int missed : List.of(0, 1, LIMIT, LIMIT + 1)) {
            String room = "log:missed-" + missed;
            try (TestClient alice = TestClient.connect(NODES.get(0))) {
                alice.join(room);
                alice.publishes(room, "'data':0");
                JsonObject left = comesBack(NODES.get(1), room);
                for (int i = 1; i <= missed; i++) {
                    alice.publishes(room, "'data':" + i);
                }
                String epoch = left.getString("epoch");
                List<String> places = List.of(
                        since(left),
                        since(epoch, 0),
                        since(epoch, missed + 2L),
                        since(epoch, 1L << 53),
                        since("other", 1));
                for (String place : places) {
                    JsonObject first = comesBack(NODES.get(0), room, place);
                    assertThat(first.getLong("offset")).isEqualTo(1 + missed);
                    assertThat(first.getBoolean("recovered"))
                            .isEqualTo(
                                    place.equals(since(left))
                                            ? missed <= LIMIT
                                            : place.equals(since(epoch, 0)) && missed < LIMIT);
                    assertThat(first.getJsonArray("messages", new JsonArray()))
                            .hasSize(
                                    first.getBoolean("recovered")
                                            ? (place.equals(since(left)) ? missed : missed + 1)
                                            : 0);
                    assertThat(comesBack(NODES.get(1), room, place)).isEqualTo(first);
                    assertThat(comesBack(NODES.get(2), room, place)).isEqualTo(first);
                }
            }
        }
    }

    @Test
    @Order(2)
    void aStateIsTheSameOnEveryNodeAndForWhoComesBack() {
        try (TestClient alice = TestClient.connect(NODES.get(0))) {
            alice.join("state:same");
            JsonObject left = comesBack(NODES.get(2), "state:same");
            for (int i = 1; i <= 2 * LIMIT; i++) {
                alice.publishes(
                        "state:same",
                        "'data':{'a':" + (i % 2 == 0 ? "{}" : "{'k" + i + "':{'x':1}}") + ",'n':" + i + "}");
            }

            JsonObject state = comesBack(NODES.get(0), "state:same").getJsonObject("state");
            assertThat(state.getInteger("n")).isEqualTo(2 * LIMIT);
            for (GatewayProcess node : NODES) {
                assertThat(new JsonObject(
                                        node.get("/api/rooms/state:same/state").body())
                                .getJsonObject("state"))
                        .isEqualTo(state);
                RoomView view = RoomView.strict("state:same", true);
                view.says(new JsonObject("{\"type\":\"join\",\"id\":1,\"since\":{\"epoch\":\"" + left.getString("epoch")
                        + "\",\"offset\":0}}"));
                view.hears(comesBack(node, "state:same", since(left)).put("id", 1));
                assertThat(view.state()).isEqualTo(state);
            }
        }
    }

    @Test
    @Order(3)
    void publishersOnAllNodesAreHeardInOneOrderOnAllNodes() throws Exception {
        int each = 400;
        List<TestClient> publishers = connectEverywhere();
        List<TestClient> members = connectEverywhere();
        publishers.forEach(client -> client.join("deep:order"));
        members.forEach(client -> client.join("deep:order"));

        atOnce(publishers, publisher -> {
            for (int i = 1; i <= each; i++) {
                publisher.says("{'type':'message','room':'deep:order','data':" + i + "}");
            }
            return publisher.hears(each, "ack");
        });

        List<List<JsonObject>> heard = new ArrayList<>();
        for (TestClient member : members) {
            List<JsonObject> messages = member.hears(3 * each, "message");
            for (int i = 0; i < messages.size(); i++) {
                assertThat(messages.get(i).getLong("offset")).isEqualTo(i + 1);
            }
            heard.add(messages);
        }
        assertThat(heard.get(1)).isEqualTo(heard.get(0));
        assertThat(heard.get(2)).isEqualTo(heard.get(0));
        Map<String, Integer> last = new HashMap<>();
        for (JsonObject message : heard.get(0)) {
            int number = message.getInteger("data");
            assertThat(number).isEqualTo(last.getOrDefault(message.getString("user"), 0) + 1);
            last.put(message.getString("user"), number);
        }
        for (GatewayProcess node : NODES) {
            assertThat(history(node, "deep:order", 1000).getJsonArray("messages"))
                    .isEqualTo(new JsonArray(heard.get(0).subList(3 * each - 1000, 3 * each)));
        }
        publishers.forEach(TestClient::close);
        members.forEach(TestClient::close);
    }

    @Test
    @Order(4)
    void aKeySaidOnAllNodesAtOnceIsHeardOnce() throws Exception {
        int keys = 500;
        List<TestClient> publishers = connectEverywhere();
        publishers.addAll(connectEverywhere());
        publishers.forEach(client -> client.join("deep:keys"));
        try (TestClient bob = TestClient.connect(NODES.get(1))) {
            bob.join("deep:keys");

            List<List<JsonObject>> acks = atOnce(publishers, publisher -> {
                for (int key = 1; key <= keys; key++) {
                    publisher.says("{'type':'message','room':'deep:keys','text':'x" + key + "','key':'k" + key
                            + "','id':" + key + "}");
                }
                return publisher.hears(keys, "ack");
            });

            Map<Integer, Long> places = new HashMap<>();
            int taken = 0;
            for (List<JsonObject> mine : acks) {
                for (JsonObject ack : mine) {
                    Long before = places.putIfAbsent(ack.getInteger("id"), ack.getLong("offset"));
                    assertThat(ack.getLong("offset")).isEqualTo(places.get(ack.getInteger("id")));
                    taken += ack.getBoolean("duplicate", false) ? 0 : 1;
                }
            }
            assertThat(taken).isEqualTo(keys);
            assertThat(places.values()).doesNotHaveDuplicates();
            assertThat(bob.hears(keys, "message"))
                    .extracting(message -> message.getString("text"))
                    .doesNotHaveDuplicates();
            bob.hearsNothingMoreOf("message");
            for (int node = 0; node < 3; node++) {
                assertThat(publishers
                                .get(node)
                                .publishes("deep:keys", "'text':'other','key':'k1'")
                                .getString("code"))
                        .isEqualTo("conflict");
                assertThat(NODES.get(node)
                                .post("/api/rooms/deep:keys/messages", "{\"text\":\"other\",\"key\":\"k1\"}")
                                .statusCode())
                        .isEqualTo(409);
            }
        }
        publishers.forEach(TestClient::close);
    }

    @Test
    @Order(5)
    void aNodeThatDiesUnderLoadTakesNothingWithItThatWasAcknowledged() throws Exception {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(1))) {
            List<Acked> acked = new ArrayList<>();
            List<RoomView> views = new ArrayList<>();
            List<String> rooms = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String room = "deep:dies-" + i;
                rooms.add(room);
                RoomView view = RoomView.strict(room, false);
                view.says(new JsonObject().put("type", "join").put("id", 1));
                view.hears(bob.join(room).put("id", 1));
                views.add(view);
                alice.join(room);
            }
            TestClient carol = TestClient.connect(NODES.get(2));
            rooms.forEach(carol::join);

            for (int i = 1; i <= 120; i++) {
                if (i == 60) {
                    NODES.get(2).kill();
                }
                for (String room : rooms) {
                    publish(alice, room, "k" + i, acked);
                    if (i < 60) {
                        publish(carol, room, "c" + i, acked);
                    }
                }
            }

            // A node that died took its answers with it: the same again, elsewhere.
            for (String room : rooms) {
                publish(alice, room, "c59", acked);
            }
            Map<String, JsonObject> histories = new HashMap<>();
            Eventually.holds(() -> {
                for (String room : rooms) {
                    JsonObject history = history(NODES.get(0), room, 1000);
                    assertThat(history(NODES.get(1), room, 1000)).isEqualTo(history);
                    histories.put(room, history);
                }
                for (JsonObject message : bob.takeAll()) {
                    RoomView view = views.get(rooms.indexOf(message.getString("room", rooms.get(0))));
                    view.hears(message);
                }
                for (int i = 0; i < rooms.size(); i++) {
                    assertThat(views.get(i).offset())
                            .isEqualTo(histories.get(rooms.get(i)).getLong("offset"));
                }
            });
            for (Acked each : acked) {
                JsonObject history = histories.get(each.room());
                if (each.epoch().equals(history.getString("epoch"))) {
                    JsonObject message = history.getJsonArray("messages").getJsonObject((int) each.offset() - 1);
                    assertThat(message.getLong("offset")).isEqualTo(each.offset());
                    assertThat(message.getString("text")).isEqualTo(each.text());
                }
            }
            for (String room : rooms) {
                assertThat(texts(histories.get(room))).doesNotHaveDuplicates();
            }
            carol.close();
        }
        NODES.set(2, startNode(2));
    }

    private record Acked(String room, String text, String epoch, long offset) {}

    /** Under a key that is the text; said again until it is known what became of it. */
    private static void publish(TestClient client, String room, String text, List<Acked> acked) {
        Eventually.holds(() -> {
            JsonObject answer = client.publishes(room, "'text':'" + text + "','key':'" + text + "'");
            assertThat(answer.getString("type")).isEqualTo("ack");
            acked.add(new Acked(room, text, answer.getString("epoch"), answer.getLong("offset")));
        });
    }

    @Test
    @Order(6)
    void aKeyIsKnownAfterTheNodeThatTookItDied() {
        try (TestClient alice = TestClient.connect(NODES.get(0))) {
            TestClient carol = TestClient.connect(NODES.get(2));
            Map<String, JsonObject> before = new HashMap<>();
            for (int i = 0; i < 30; i++) {
                String room = "log:owner-" + i;
                carol.join(room);
                before.put(room, carol.publishes(room, "'text':'x','key':'k'"));
            }

            NODES.get(2).kill();

            before.forEach((room, ack) -> {
                JsonObject joined = alice.join(room);
                Eventually.holds(() -> {
                    JsonObject again = alice.publishes(room, "'text':'x','key':'k'");
                    assertThat(again.getString("type")).isEqualTo("ack");
                    assertThat(again.getString("epoch")).isEqualTo(ack.getString("epoch"));
                    assertThat(again.getLong("offset")).isEqualTo(1);
                    assertThat(again.getBoolean("duplicate")).isTrue();
                });
                assertThat(joined.getLong("offset")).isEqualTo(1);
                assertThat(alice.publishes(room, "'text':'y','key':'k'").getString("code"))
                        .isEqualTo("conflict");
            });
            carol.close();
        }
    }

    // Vocabulary

    private static List<TestClient> connectEverywhere() {
        List<TestClient> clients = new ArrayList<>();
        NODES.forEach(node -> clients.add(TestClient.connect(node)));
        return clients;
    }

    private static JsonObject comesBack(GatewayProcess node, String room, String... members) {
        try (TestClient client = TestClient.connect(node)) {
            return client.join(room, members);
        }
    }

    private static JsonObject history(GatewayProcess node, String room, int limit) {
        JsonObject history = new JsonObject(
                node.get("/api/rooms/" + room + "/messages?limit=" + limit).body());
        assertThat(history.getBoolean("complete")).isTrue();
        return history;
    }

    private static List<String> texts(JsonObject history) {
        return history.getJsonArray("messages").stream()
                .map(message -> ((JsonObject) message).getString("text"))
                .toList();
    }

    private interface Act {
        List<JsonObject> by(TestClient client);
    }

    private static List<List<JsonObject>> atOnce(List<TestClient> clients, Act act) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            List<Callable<List<JsonObject>>> all = new ArrayList<>();
            clients.forEach(client -> all.add(() -> act.by(client)));
            List<List<JsonObject>> results = new ArrayList<>();
            for (Future<List<JsonObject>> each : threads.invokeAll(all, 60, TimeUnit.SECONDS)) {
                results.add(each.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
