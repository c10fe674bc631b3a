package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.ApiClient;
import dev.fanfara.testing.ApiClient.Reply;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The HTTP API of three real nodes; every answer is held against the document they serve. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HttpApiIT {
    private static final String ROOMS = "rooms=[{\"match\":\"dash:*\",\"mode\":\"state\"},"
            + "{\"match\":\"log:*\",\"mode\":\"log\"},{\"match\":\"counted:*\",\"presence\":\"count\"},"
            + "{\"match\":\"quiet:*\",\"presence\":\"none\"},{\"match\":\"**\"}]";
    private static final String API_KEYS = "auth.apiKeys=["
            + "{\"name\":\"backend\",\"key\":\"0123456789abcdef0123\",\"scope\":\"publish broadcast private admin\"},"
            + "{\"name\":\"weather\",\"key\":\"fedcba98765432109876\",\"scope\":\"publish\",\"rooms\":[\"weather:*\"]}]";
    private static final String KEYS = "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET + "\"}]";
    private static final String[] WEATHER = {"X-API-Key", "fedcba98765432109876"};

    private static List<GatewayProcess> nodes;
    private static ApiClient api;

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(
                3, "--no-demo", "--set", ROOMS, "--set", API_KEYS, "--set", KEYS, "--set", "cluster.minimumSize=1");
        api = ApiClient.of(nodes.get(0), "X-API-Key", "0123456789abcdef0123");
    }

    @AfterAll
    static void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    @Order(1)
    void roomsOfAllNodesAreListedOncePageByPage() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            TestClient client = TestClient.connect(nodes.get(i % 3)).joins("list:" + i);
            client.joins("list:all");
            clients.add(client);
        }
        clients.get(0).joins("log:list");
        api.call("publishMessage", "/rooms/log:list/messages", "{\"text\":\"a\"}");

        Eventually.holds(() -> {
            List<JsonObject> rooms = pages("listRooms", "/rooms", "rooms", 4);
            assertThat(rooms)
                    .extracting(room -> room.getString("room"))
                    .containsExactly(
                            "list:0",
                            "list:1",
                            "list:2",
                            "list:3",
                            "list:4",
                            "list:5",
                            "list:6",
                            "list:7",
                            "list:8",
                            "list:all",
                            "log:list");
            assertThat(rooms.get(9).getInteger("members")).isEqualTo(9);
            assertThat(rooms.get(9).getString("mode")).isEqualTo("plain");
            assertThat(rooms.get(10).getInteger("offset")).isEqualTo(1);
        });

        clients.forEach(TestClient::close);
    }

    @Test
    @Order(2)
    void roomTellsHowManyAreInItAndHowFarItHasCome() {
        try (TestClient alice = TestClient.connect(nodes.get(1)).joins("lobby");
                TestClient bob = TestClient.connect(nodes.get(2)).joins("lobby")) {
            assertThat(api.call("getRoom", "/rooms/lobby").json())
                    .isEqualTo(new JsonObject(
                            "{\"room\":\"lobby\",\"mode\":\"plain\",\"members\":2,\"complete\":true,\"missing\":[]}"));
        }
        api.call("publishMessage", "/rooms/log:far/messages", "{\"text\":\"a\"}");
        Reply far = api.at(nodes.get(2)).call("getRoom", "/rooms/log:far");
        assertThat(far.json().getInteger("members")).isZero();
        assertThat(far.json().getInteger("offset")).isEqualTo(1);
        assertThat(api.call("getRoom", "/rooms/a%2F..%2Fb").status()).isEqualTo(400);
    }

    @Test
    @Order(3)
    void membersAreUsersOfAllNodes() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(TestClient.withBearer(nodes.get(i % 3), token("user-" + i % 4))
                    .joins("people"));
        }

        List<JsonObject> members = pages("listMembers", "/rooms/people/members", "members", 3);
        assertThat(members)
                .extracting(each -> each.getString("user"))
                .containsExactly("user-0", "user-1", "user-2", "user-3");
        assertThat(members).extracting(each -> each.getInteger("connections")).containsOnly(2);
        assertThat(api.call("listMembers", "/rooms/people/members?limit=1")
                        .json()
                        .getInteger("count"))
                .isEqualTo(8);

        clients.get(0).joins("counted:a");
        clients.get(0).joins("quiet:a");
        assertThat(api.call("listMembers", "/rooms/counted:a/members").json())
                .isEqualTo(new JsonObject("{\"count\":1,\"complete\":true,\"missing\":[]}"));
        assertThat(api.call("listMembers", "/rooms/quiet:a/members").status()).isEqualTo(404);
        clients.forEach(TestClient::close);
    }

    @Test
    @Order(4)
    void connectionsAreListedByUserAndByRoom() {
        Instant before = Instant.now().minusSeconds(1);
        try (TestClient one =
                        TestClient.withBearer(nodes.get(0), token("carol")).joins("seen");
                TestClient two =
                        TestClient.withBearer(nodes.get(1), token("carol")).joins("seen");
                TestClient other =
                        TestClient.withBearer(nodes.get(1), token("dave")).joins("seen");
                SocketIoClient page =
                        SocketIoClient.connect(nodes.get(0), token("carol")).joins("seen");
                SseClient stream =
                        SseClient.connect(nodes.get(2), "room=seen", "Authorization: Bearer " + token("carol"))) {
            stream.hears("joined");
            two.joins("elsewhere");

            List<JsonObject> all = pages("listConnections", "/connections?room=seen", "connections", 1);
            assertThat(all).hasSize(5);
            assertThat(all).extracting(each -> each.getString("id")).isSorted();
            List<JsonObject> carols = pages("listConnections", "/connections?user=carol", "connections", 2);
            assertThat(carols).hasSize(4).allSatisfy(each -> {
                assertThat(each.getString("user")).isEqualTo("carol");
                assertThat(Instant.parse(each.getString("since"))).isBetween(before, Instant.now());
            });
            assertThat(carols)
                    .extracting(each -> each.getString("transport"))
                    .containsExactlyInAnyOrder("websocket", "websocket", "sse", "socketio");
            assertThat(carols.stream().map(each -> each.getString("node")).distinct())
                    .hasSize(3);
            assertThat(pages("listConnections", "/connections?user=carol&room=elsewhere", "connections", 9))
                    .singleElement()
                    .satisfies(each -> assertThat(each.getJsonArray("rooms"))
                            .isEqualTo(new JsonArray("[\"seen\",\"elsewhere\"]")));
            assertThat(api.call("listConnections", "/connections?room=a%20b").status())
                    .isEqualTo(400);
            assertThat(api.call("listConnections", "/connections?cursor=*").status())
                    .isEqualTo(400);
            assertThat(api.call("listConnections", "/connections?limit=0")
                            .json()
                            .getString("detail"))
                    .isEqualTo("limit: expected a whole number from 1 to 1000");
        }
    }

    @Test
    @Order(5)
    void connectionsEndOnWhicheverNodeTheyAre() {
        TestClient.Closed disconnected = new TestClient.Closed(4503, "Disconnected");
        try (TestClient one = TestClient.withBearer(nodes.get(1), token("erin"));
                TestClient two = TestClient.withBearer(nodes.get(2), token("erin"));
                TestClient three = TestClient.withBearer(nodes.get(0), token("erin"));
                TestClient other = TestClient.withBearer(nodes.get(2), token("frank"))) {
            two.hears("welcome");
            three.hears("welcome");
            String id = one.hears("welcome").getString("connection");

            assertThat(api.call("disconnect", "/connections/" + id).status()).isEqualTo(204);
            assertThat(one.closes()).isEqualTo(disconnected);
            Reply again = api.call("disconnect", "/connections/" + id);
            assertThat(again.status()).isEqualTo(404);
            assertThat(again.json().getString("detail")).isEqualTo("There is no such connection");

            assertThat(api.call("disconnectUser", "/users/erin/connections").status())
                    .isEqualTo(204);
            assertThat(two.closes()).isEqualTo(disconnected);
            assertThat(three.closes()).isEqualTo(disconnected);
            assertThat(api.call("disconnectUser", "/users/erin/connections").status())
                    .isEqualTo(204);
            other.hearsNothingMoreOf("error");
        }
    }

    @Test
    @Order(6)
    void usersAreToldWhereverTheyAre() {
        try (TestClient one = TestClient.withBearer(nodes.get(1), token("grace"));
                TestClient two = TestClient.withBearer(nodes.get(2), token("grace"));
                TestClient other = TestClient.withBearer(nodes.get(2), token("heidi"))) {
            one.hears("welcome");
            two.hears("welcome");
            other.hears("welcome");

            Reply told = api.call("messageUser", "/users/grace/messages", "{\"data\":{\"a\":1}}");
            assertThat(told.json().getInteger("delivered")).isEqualTo(2);
            JsonObject heard = one.hears("private-message");
            assertThat(heard.getJsonObject("data")).isEqualTo(new JsonObject("{\"a\":1}"));
            assertThat(heard.containsKey("from")).isFalse();
            two.hears("private-message");
            other.hearsNothingMoreOf("private-message");
            assertThat(api.call("messageUser", "/users/nobody/messages", "{\"text\":\"a\"}")
                            .json()
                            .getInteger("delivered"))
                    .isZero();

            assertThat(api.call("broadcast", "/broadcast", "{\"text\":\"all\"}")
                            .json()
                            .getInteger("delivered"))
                    .isGreaterThanOrEqualTo(3);
            assertThat(other.hears("broadcast").getString("text")).isEqualTo("all");
        }
    }

    @Test
    @Order(7)
    void batchIsPublishedInOrderAndSaysWhatBecameOfEach() {
        try (TestClient member = TestClient.connect(nodes.get(2)).joins("log:batch")) {
            JsonArray batch = new JsonArray();
            IntStream.range(0, 50)
                    .forEach(i -> batch.add(new JsonObject()
                            .put("room", "log:batch")
                            .put("data", i)
                            .put("key", "k" + i)));
            batch.add(new JsonObject().put("room", "a b").put("text", "x"))
                    .add(new JsonObject().put("room", "dash:a").put("text", "no patch"))
                    .add(7)
                    .add(new JsonObject()
                            .put("room", "log:batch")
                            .put("text", "another")
                            .put("key", "k0"))
                    .add(new JsonObject().put("room", "dash:a").put("data", new JsonObject().put("n", 1)))
                    .add(new JsonObject().put("room", "chat").put("text", "hi").put("user", "bot"));

            List<JsonObject> results = objects(
                    api.call("publishBatch", "/messages", batch.encode()).array());

            assertThat(results).hasSize(56);
            assertThat(results.subList(0, 50))
                    .extracting(each -> each.getInteger("offset"))
                    .isEqualTo(IntStream.rangeClosed(1, 50).boxed().toList());
            assertThat(results.subList(50, 54))
                    .extracting(each -> each.getJsonObject("error").getString("code"))
                    .containsExactly("bad-request", "bad-request", "bad-request", "conflict");
            assertThat(results.get(54).getInteger("offset")).isEqualTo(1);
            assertThat(results.get(55)).isEqualTo(new JsonObject());
            for (int i = 0; i < 50; i++) {
                assertThat(member.hears("message").getInteger("data")).isEqualTo(i);
            }

            List<JsonObject> again = objects(api.at(nodes.get(1))
                    .call(
                            "publishBatch",
                            "/messages",
                            new JsonArray().add(batch.getValue(3)).encode())
                    .array());
            assertThat(again).singleElement().satisfies(each -> {
                assertThat(each.getInteger("offset")).isEqualTo(4);
                assertThat(each.getBoolean("duplicate")).isTrue();
            });
            member.hearsNothingMoreOf("message");
        }
        assertThat(api.call("publishBatch", "/messages", "{}").status()).isEqualTo(400);
        assertThat(api.call("publishBatch", "/messages", "[{\"room\":\"a\"").status())
                .isEqualTo(400);
        assertThat(api.call("publishBatch", "/messages", "[]").array()).isEmpty();
        assertThat(api.call("publishBatch", "/messages", "[" + "1,".repeat(1000) + "1]")
                        .status())
                .isEqualTo(413);
    }

    @Test
    @Order(8)
    void credentialsOpenWhatTheyName() {
        try (TestClient one = TestClient.connect(nodes.get(1)).joins("weather:north");
                TestClient two = TestClient.connect(nodes.get(2)).joins("secret")) {
            ApiClient weather = api.with(WEATHER);
            assertThat(weather.call("publishMessage", "/rooms/weather:north/messages", "{\"text\":\"rain\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(objects(weather.call("listRooms", "/rooms").json().getJsonArray("rooms")))
                    .extracting(room -> room.getString("room"))
                    .containsExactly("weather:north");
            assertThat(weather.call("getRoom", "/rooms/weather:north").status()).isEqualTo(200);
            assertThat(weather.call("getRoom", "/rooms/secret").status()).isEqualTo(403);
            assertThat(weather.call("listMembers", "/rooms/weather:north/members")
                            .status())
                    .isEqualTo(200);
            assertThat(weather.call("listMembers", "/rooms/secret/members").status())
                    .isEqualTo(403);
            assertThat(weather.call("listConnections", "/connections").status()).isEqualTo(403);
            assertThat(weather.call("disconnect", "/connections/x").status()).isEqualTo(403);
            assertThat(weather.call("disconnectUser", "/users/x/connections").status())
                    .isEqualTo(403);
            assertThat(weather.call("messageUser", "/users/x/messages", "{\"text\":\"a\"}")
                            .status())
                    .isEqualTo(403);
            assertThat(weather.call("broadcast", "/broadcast", "{\"text\":\"a\"}")
                            .status())
                    .isEqualTo(403);
            assertThat(weather.call("revoke", "/revocations", "{}").status()).isEqualTo(403);
            JsonArray batch =
                    new JsonArray("[{\"room\":\"weather:a\",\"text\":\"x\"},{\"room\":\"b\",\"text\":\"x\"}]");
            List<JsonObject> results = objects(
                    weather.call("publishBatch", "/messages", batch.encode()).array());
            assertThat(results.get(0)).isEqualTo(new JsonObject());
            assertThat(results.get(1).getJsonObject("error").getString("code")).isEqualTo("forbidden");

            ApiClient nobody = api.with();
            assertThat(nobody.call("listRooms", "/rooms").status()).isEqualTo(401);
            assertThat(nobody.call("getStats", "/stats").status()).isEqualTo(200);

            JsonObject claims = Jwt.claims("ivan", 300).put("rooms", new JsonObject("{\"join\":[\"secret\"]}"));
            ApiClient ivan = api.with("Authorization", "Bearer " + Jwt.signed(Jwt.SECRET, claims));
            assertThat(ivan.call("getRoom", "/rooms/secret").status()).isEqualTo(200);
            assertThat(ivan.call("publishMessage", "/rooms/secret/messages", "{\"text\":\"a\"}")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    @Order(9)
    void statesAndHistoriesAreAsDescribed() {
        assertThat(api.call("patchState", "/rooms/dash:doc/state", "{\"n\":1}").status())
                .isEqualTo(200);
        assertThat(api.call("getState", "/rooms/dash:doc/state").json().getJsonObject("state"))
                .isEqualTo(new JsonObject("{\"n\":1}"));
        assertThat(api.call("listMessages", "/rooms/dash:doc/messages").json().getJsonArray("messages"))
                .hasSize(1);
        api.call("publishMessage", "/rooms/log:doc/messages", "{\"text\":\"a\",\"user\":\"bot\"}");
        assertThat(api.call("listMessages", "/rooms/log:doc/messages?limit=1").status())
                .isEqualTo(200);
        assertThat(api.call("getState", "/rooms/log:doc/state").status()).isEqualTo(404);
        assertThat(api.call("listMessages", "/rooms/log:doc/messages?since=1").status())
                .isEqualTo(400);
    }

    @Test
    @Order(10)
    void documentationIsAPageOfItsOwn() {
        assertThat(nodes.get(0).get("/api/docs/").body()).contains("swagger-ui-bundle.js");
        assertThat(nodes.get(0).get("/api/docs/swagger-ui-bundle.js").statusCode())
                .isEqualTo(200);
        assertThat(nodes.get(0).get("/api/openapi.yaml").body()).startsWith("# The HTTP API");
    }

    @Test
    @Order(11)
    void nodeThatDoesNotAnswerIsNamed() {
        try (TestClient frozen = TestClient.connect(nodes.get(2)).joins("frozen");
                TestClient other = TestClient.connect(nodes.get(1)).joins("awake")) {
            String itsId = node(frozen);
            nodes.get(2).signal("STOP");
            try {
                JsonObject rooms = api.call("listRooms", "/rooms").json();
                assertThat(rooms.getBoolean("complete")).isFalse();
                assertThat(rooms.getJsonArray("missing")).containsExactly(itsId);
                assertThat(objects(rooms.getJsonArray("rooms")))
                        .extracting(each -> each.getString("room"))
                        .contains("awake");
            } finally {
                nodes.get(2).signal("CONT");
            }
        }
    }

    @Test
    @Order(12)
    void tokensAreRevoked() {
        assertThat(api.call("revoke", "/revocations", "{\"sub\":\"judy\",\"until\":\"2099-01-01T00:00:00Z\"}")
                        .status())
                .isEqualTo(204);
        assertThat(api.call("revoke", "/revocations", "{\"sub\":\"judy\",\"until\":\"soon\"}")
                        .json()
                        .getString("detail"))
                .isEqualTo("until: expected a time such as \"2030-01-01T00:00:00Z\"");
    }

    @Test
    @Order(13)
    void everyOperationOfTheDocumentWasCalled() {
        assertThat(api.done()).isEqualTo(api.operations());
    }

    /** As the client learned it. */
    private static String node(TestClient client) {
        return client.allHeard("welcome").get(0).getString("node");
    }

    /** All pages, each from another node. */
    private static List<JsonObject> pages(String operation, String path, String member, int limit) {
        List<JsonObject> all = new ArrayList<>();
        String cursor = "";
        int page = 0;
        while (true) {
            String query = (path.contains("?") ? "&" : "?") + "limit=" + limit + cursor;
            JsonObject answer =
                    api.at(nodes.get(page++ % 3)).call(operation, path + query).json();
            assertThat(answer.getBoolean("complete")).isTrue();
            assertThat(answer.getJsonArray(member)).hasSizeLessThanOrEqualTo(limit);
            all.addAll(objects(answer.getJsonArray(member)));
            if (!answer.containsKey("next")) {
                return all;
            }
            cursor = "&cursor=" + answer.getString("next");
        }
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    private static String token(String user) {
        return Jwt.of(user);
    }
}
