package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.MergePatch;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-Sent Events from two nodes, one of which goes in the end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SseIT {
    private static final String RULES = """
            [{"match":"log:*","mode":"log","history":{"size":5000,"bytes":"4MiB"},"presence":"none"},
             {"match":"state:*","mode":"state","state":{"bytes":"1MiB"},"presence":"none"},
             {"match":"secret:*","join":"nobody"},
             {"match":"**","mode":"plain","presence":"full"}]""";
    private static final String[] SETTINGS = {
        "--no-demo",
        "--set",
        "rooms=" + RULES,
        "--set",
        "connections.heartbeat=1s",
        "--set",
        "connections.heartbeatTimeout=1s",
        "--set",
        "connections.outboundBudget=256KiB",
        "--set",
        "drain.window=1s",
        "--set",
        "limits.requestsPerIp=1000000/1s",
        "--set",
        "server.allowedOrigins=[\"https://dash.example.com\"]",
        "--set",
        "server.eventLoops=2"
    };
    private static final List<Integer> PORTS = GatewayProcess.freePorts(2);
    private static final String LARGE = "x".repeat(60_000);
    /** Together more than the two systems keep for a connection. */
    private static final int MANY = 120;

    private static GatewayProcess one;
    private static GatewayProcess other;

    @BeforeAll
    static void start() {
        one = GatewayProcess.joinCluster(PORTS, 0, SETTINGS);
        other = GatewayProcess.joinCluster(PORTS, 1, SETTINGS);
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
    }

    // What is heard

    @Test
    void aStreamSaysWhatAWebSocketSays() {
        try (SseClient stream = SseClient.connect(one, "room=log:same&room=state:same&room=same&user=sam");
                TestClient socket = TestClient.connect(other)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(stream.header("Cache-Control")).isEqualTo("no-store");
            assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(stream.header("Vary")).isEqualToIgnoringCase("Origin");
            assertThat(stream.hears("welcome").fieldNames())
                    .isEqualTo(socket.hears("welcome").fieldNames());
            for (String room : List.of("log:same", "state:same", "same")) {
                JsonObject here = stream.hears("joined", joined -> room.equals(joined.getString("room")));
                JsonObject there = socket.join(room);
                there.remove("id");
                there.remove("members");
                here.remove("members");
                assertThat(here).isEqualTo(there);
            }
            assertThat(stream.hears("user-joined").getString("room")).isEqualTo("same");
            assertThat(socket.asks("'type':'presence','room':'same'")
                            .getJsonArray("members")
                            .encode())
                    .contains("\"sam\"");

            publish(other, "log:same", "{\"data\": {\"a\":\n [1, \"\\u2028\\n\"]}}");
            patch(one, "state:same", "{\"x\":1}");
            socket.says("{'type':'message','room':'same','text':'to all','echo':true}");

            assertThat(stream.hears("message", SseIT::hasOffset)).isEqualTo(socket.hears("message", SseIT::hasOffset));
            assertThat(stream.hears("patch")).isEqualTo(socket.hears("patch"));
            assertThat(stream.hears("message")).isEqualTo(socket.hears("message"));

            stream.settles();
            try (SseClient late = SseClient.connect(other, "room=log:same&room=state:same&room=same&history=5")) {
                assertThat(late.hears("joined", SseIT::hasOffset).getJsonArray("messages"))
                        .hasSize(1);
            }
            assertThat(one.metric("fanfara_connections{transport=\"sse\"}")).isEqualTo(1);
            assertThat(one.metric("fanfara_deliveries_total{transport=\"sse\"}"))
                    .isGreaterThanOrEqualTo(3);
            assertThat(one.metric("websocket_connections")).isZero();
        }
        Eventually.holds(() ->
                assertThat(one.metric("fanfara_connections{transport=\"sse\"}")).isZero());
    }

    @Test
    void aBroadcastReachesStreamsToo() {
        try (SseClient stream = SseClient.connect(one, "room=broad")) {
            stream.hears("joined");
            other.post("/api/broadcast", "{\"text\":\"all\"}");
            assertThat(stream.hears("broadcast").getString("text")).isEqualTo("all");
        }
    }

    @Test
    void aStreamBeginsWithAJitteredRetryAndIsKeptAliveByComments() {
        List<String> retries = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try (SseClient stream = SseClient.connect(one, "room=calm")) {
                stream.hears("joined");
                retries.addAll(stream.retries());
                if (i == 0) {
                    stream.hearsHeartbeats(2);
                }
            }
        }
        assertThat(retries)
                .hasSize(5)
                .allSatisfy(ms -> assertThat(Integer.parseInt(ms)).isBetween(2_000, 5_000));
        assertThat(Set.copyOf(retries)).hasSizeGreaterThan(1);
    }

    @Test
    void http10WorksToo() {
        try (SseClient stream = SseClient.connectByHttp10(one, "room=log:old")) {
            stream.hears("joined");
            publish(one, "log:old", "{\"text\":\"a\"}");
            assertThat(stream.hears("message").getString("text")).isEqualTo("a");
        }
    }

    @Test
    void aRateIsForRoomsThatKeepAState() {
        try (SseClient stream = SseClient.connect(one, "room=state:rated&room=log:rated&maxRate=1")) {
            stream.hears("joined");
            stream.hears("joined");
            for (int i = 1; i <= 20; i++) {
                patch(one, "state:rated", "{\"n\":" + i + "}");
                publish(one, "log:rated", "{\"data\":" + i + "}");
            }
            stream.hears("patch", patch -> patch.getJsonObject("data").getInteger("n") == 20);
            stream.hears("message", message -> message.getInteger("data") == 20);
            assertThat(stream.allHeard("patch").size()).isLessThan(15);
            assertThat(stream.allHeard("message")).hasSize(19);

            stream.settles();
            try (SseClient again = stream.comesBackTo(other, "room=state:rated&room=log:rated&maxRate=1")) {
                for (int i = 0; i < 2; i++) {
                    JsonObject joined = again.hears("joined");
                    assertThat(joined.getLong("offset")).isEqualTo(20);
                    assertThat(joined.getBoolean("recovered")).isTrue();
                    assertThat(joined.getJsonArray("messages", new JsonArray())).isEmpty();
                }
            }
        }
    }

    // Coming back

    @Test
    void whoComesBackAnywhereHearsAllAndNothingTwice() {
        String query = "room=log:back&room=state:back&room=back";
        AtomicBoolean publishing = new AtomicBoolean(true);
        CompletableFuture<Integer> published = CompletableFuture.supplyAsync(() -> {
            int n = 0;
            while (publishing.get()) {
                n++;
                publish(n % 2 == 0 ? one : other, "log:back", "{\"data\":" + n + "}");
                patch(one, "state:back", "{\"k" + n % 7 + "\":" + n + "}");
            }
            return n;
        });
        Viewer viewer = new Viewer();
        SseClient stream = SseClient.connect(one, query);
        try {
            for (int hop = 0; hop < 6; hop++) {
                stream.hears("message", SseIT::hasOffset);
                stream.hears("patch");
                stream.settles();
                stream.close();
                stream.awaitEnd();
                viewer.sees(stream.heardUntilCursor());
                stream = stream.comesBackTo(hop % 2 == 0 ? other : one, query);
                assertThat(stream.hears("joined", joined -> "back".equals(joined.getString("room")))
                                .getBoolean("recovered"))
                        .isFalse();
            }
        } finally {
            publishing.set(false);
        }
        int last = published.join();
        SseClient ending = stream;
        Eventually.holds(() -> {
            for (String room : List.of("log:back", "state:back")) {
                assertThat(ending.heardUntilCursor().stream()
                                .map(SseClient.Event::data)
                                .filter(data -> room.equals(data.getString("room")))
                                .mapToLong(data -> data.getLong("offset", 0L)))
                        .contains((long) last);
            }
        });
        stream.close();
        viewer.sees(stream.heardUntilCursor());

        assertThat(viewer.offsets)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(viewer.first, last).boxed().toList());
        assertThat(viewer.recovered).isEqualTo(6 * 2);
        assertThat(viewer.state)
                .isEqualTo(
                        new JsonObject(other.get("/api/rooms/state:back/state").body()).getJsonObject("state"));
    }

    /** Believes only what the cursor it comes back with stands for. */
    private static final class Viewer {
        final List<Long> offsets = new ArrayList<>();
        long first = 1;
        JsonObject state = new JsonObject();
        private long position;
        int recovered;

        void sees(List<SseClient.Event> events) {
            for (SseClient.Event event : events) {
                if (event.data().getString("room", "").equals("log:back")) {
                    log(event.name(), event.data());
                } else if (event.data().getString("room", "").equals("state:back")) {
                    state(event.name(), event.data());
                }
            }
        }

        private void log(String name, JsonObject data) {
            if (name.equals("message")) {
                offsets.add(data.getLong("offset"));
            } else if (data.getBoolean("recovered", false)) {
                recovered++;
                each(data.getJsonArray("messages")).forEach(message -> log("message", message));
            } else {
                first = data.getLong("offset") + 1;
            }
        }

        private void state(String name, JsonObject data) {
            if (name.equals("patch")) {
                assertThat(data.getLong("previous")).isEqualTo(position);
                MergePatch.merge(state, data.getJsonObject("data"));
                position = data.getLong("offset");
                return;
            }
            if (data.getBoolean("recovered", false)) {
                recovered++;
            }
            if (data.containsKey("messages")) {
                each(data.getJsonArray("messages")).forEach(message -> state("patch", message));
            } else {
                state = data.getJsonObject("state", state);
            }
            position = data.getLong("offset");
        }

        private static List<JsonObject> each(JsonArray messages) {
            return messages.stream().map(JsonObject.class::cast).toList();
        }
    }

    @Test
    void theHeaderWinsOverTheQuery() {
        String query = "room=log:wins";
        publish(one, "log:wins", "{\"data\":1}");
        try (SseClient first = SseClient.connect(one, query)) {
            first.hears("joined");
            String early = first.cursor();
            publish(one, "log:wins", "{\"data\":2}");
            first.hears("message");
            first.settles();
            publish(one, "log:wins", "{\"data\":3}");

            try (SseClient both = first.comesBackTo(other, query + "&since=" + early);
                    SseClient byQuery = SseClient.connect(other, query + "&since=" + early)) {
                assertThat(both.hears("joined").getJsonArray("messages")).hasSize(1);
                assertThat(byQuery.hears("joined").getJsonArray("messages")).hasSize(2);
            }
        }
    }

    /** Last: there is no way back. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aNodeThatLeavesSendsItsStreamsElsewhereWithNothingLost() {
        try (SseClient stream = SseClient.connect(one, "room=log:drain")) {
            stream.hears("joined");
            publish(other, "log:drain", "{\"data\":1}");
            stream.hears("message");

            one.signal("TERM");
            long after = stream.hears("reconnect").getLong("after");
            stream.awaitEnd();
            assertThat(stream.retries()).last().isEqualTo(Long.toString(after));
            publish(other, "log:drain", "{\"data\":2}");

            try (SseClient again = stream.comesBackTo(other, "room=log:drain")) {
                JsonObject joined = again.hears("joined");
                assertThat(joined.getBoolean("recovered")).isTrue();
                assertThat(joined.getJsonArray("messages")).hasSize(1);
                assertThat(joined.getJsonArray("messages").getJsonObject(0).getInteger("data"))
                        .isEqualTo(2);
            }
        }
    }

    // Slow readers

    @Test
    void aSlowReaderIsEndedAndMayComeBack() {
        double before = one.metric("fanfara_slow_consumers_total");
        try (SseClient slow = SseClient.withSmallBuffer(one, "room=log:slow")) {
            slow.hears("joined");
            slow.stopsReading();
            for (int i = 0; i < MANY; i++) {
                publish(one, "log:slow", "{\"data\":\"" + LARGE + "\"}");
            }
            Eventually.holds(
                    () -> assertThat(one.metric("fanfara_slow_consumers_total")).isEqualTo(before + 1));
            slow.readsAgain().awaitEnd();

            try (SseClient again = slow.comesBackTo(other, "room=log:slow")) {
                assertThat(again.hears("joined").containsKey("recovered")).isTrue();
            }
        }
    }

    @Test
    void aSlowReaderOfAStateSeesLessOfItAndIsNotEnded() {
        try (SseClient slow = SseClient.withSmallBuffer(one, "room=state:slow")) {
            slow.hears("joined");
            slow.stopsReading();
            for (int i = 1; i <= MANY; i++) {
                patch(one, "state:slow", "{\"n\":" + i + ",\"text\":\"" + LARGE + "\"}");
            }
            slow.readsAgain();
            slow.hears("degraded");
            assertThat(slow.hears("restored").getLong("skipped")).isPositive();
            // The state, where that is shorter than the patches that were missed.
            assertThat(slow.allHeard("joined"))
                    .last()
                    .satisfies(
                            joined -> assertThat(joined.getJsonObject("state").getInteger("n"))
                                    .isEqualTo(MANY));
        }
    }

    // What is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "room=",
                "room=a%20b",
                "room=a&history=-1",
                "room=a&history=x",
                "room=a&history=1&history=2",
                "room=a&maxRate=1",
                "room=state:a&maxRate=1001",
                "room=a&user=",
                "room=a&since=x",
                "room=a&since=AQ==",
                "room=a&since=AaanqE8",
                "room=a&since=a&since=a"
            })
    void aWrongParameterIsToldSo(String query) {
        HttpResponse<String> answer = one.get("/sse?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("bad-request");
    }

    @Test
    void aBrokenQueryAndABodyAreRefused() {
        assertThat(SseClient.connect(one, "room=%zz&token=hidden").status()).isEqualTo(400);
        assertThat(one.output()).doesNotContain("hidden");
        assertThat(SseClient.connect(one, "room=a", "Content-Length: 3").status())
                .isEqualTo(400);
    }

    @Test
    void roomsAndACursorThatNoRequestCouldHoldAreRefused() {
        assertThat(one.get("/sse?room=a", "Last-Event-ID", "A".repeat(6_200)).statusCode())
                .isEqualTo(431);
        StringBuilder rooms = new StringBuilder("room=a");
        for (int i = 0; i < 100; i++) {
            rooms.append("&room=").append("r".repeat(50)).append(i);
        }
        HttpResponse<String> answer = one.get("/sse?" + rooms);
        assertThat(answer.statusCode()).isEqualTo(431);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("too-large");
    }

    @Test
    void asManyRoomsAsAConnectionMayHaveCanComeBack() {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < 128; i++) {
            query.append(i == 0 ? "" : "&").append("room=log:").append(i);
        }
        try (SseClient stream = SseClient.connect(one, query.toString())) {
            for (int i = 0; i < 128; i++) {
                stream.hears("joined");
            }
            stream.settles();
            try (SseClient again = stream.comesBackTo(other, query.toString())) {
                for (int i = 0; i < 128; i++) {
                    assertThat(again.hears("joined").getBoolean("recovered")).isTrue();
                }
            }
        }
        assertThat(one.get("/sse?" + query + "&room=one-more").statusCode()).isEqualTo(400);
    }

    @Test
    void aForeignSiteMayNotListenAndAListedOneMay() {
        assertThat(SseClient.connect(one, "room=a", "Origin: https://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(SseClient.connect(one, "room=a", "Origin: null").status()).isEqualTo(403);
        try (SseClient listed = SseClient.connect(one, "room=a", "Origin: https://dash.example.com")) {
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.header("Access-Control-Allow-Origin")).isEqualTo("https://dash.example.com");
        }
    }

    @Test
    void aRoomThatMayNotBeJoinedIsForbidden() {
        HttpResponse<String> answer = one.get("/sse?room=a&room=secret:a");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("forbidden");
    }

    @Test
    void whoWasToldNotToComeBackIsToldToStop() {
        assertThat(one.get("/sse?room=a", "Last-Event-ID", "end").statusCode()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST", "DELETE"})
    void onlyGetIsAnswered(String method) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(one.url() + "/sse?room=a"))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET");
    }

    private static boolean hasOffset(JsonObject message) {
        return message.getLong("offset", 0L) > 0;
    }

    private static void publish(GatewayProcess gateway, String room, String body) {
        assertThat(gateway.post("/api/rooms/" + room + "/messages", body).statusCode())
                .isEqualTo(200);
    }

    private static void patch(GatewayProcess gateway, String room, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api/rooms/" + room + "/state"))
                    .header("Content-Type", "application/merge-patch+json")
                    .method("PATCH", HttpRequest.BodyPublishers.ofString(body))
                    .build();
            assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static final HttpClient HTTP = HttpClient.newHttpClient();
}
