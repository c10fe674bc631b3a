package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console of two real nodes: what it asks of them, and its page in a real browser. */
class ConsoleIT {
    private static final String TOKEN = "console-0123456789";
    private static final String API_KEY = "0123456789abcdef0123";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static Path file;
    private static List<GatewayProcess> nodes;

    @BeforeAll
    static void start() throws IOException {
        file = folder.resolve("fanfara.json");
        write("info");
        nodes = GatewayProcess.cluster(2, "--no-demo", "-c", file.toString());
    }

    private static void write(String level) throws IOException {
        JsonObject config = new JsonObject("{\"rooms\":[{\"match\":\"log:*\",\"mode\":\"log\"},{\"match\":\"**\"}]}")
                .put("management", new JsonObject().put("adminToken", TOKEN))
                .put("logging", new JsonObject().put("level", level))
                .put(
                        "auth",
                        new JsonObject("{\"keys\":[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET
                                + "\"}],\"apiKeys\":[{\"name\":\"backend\",\"key\":\"" + API_KEY
                                + "\",\"scope\":\"publish\"}]}"));
        Path next = folder.resolve("next");
        Files.writeString(next, config.encode());
        Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @AfterAll
    static void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    void everyNodeTellsHowItIs() {
        try (TestClient here = TestClient.connect(nodes.get(0)).joins("telling");
                TestClient there = TestClient.connect(nodes.get(1)).joins("telling")) {
            Eventually.holds(() -> {
                JsonObject answer = get("/nodes");
                assertThat(answer.getBoolean("complete")).isTrue();
                List<JsonObject> each = objects(answer, "nodes");
                assertThat(each).hasSize(2).allSatisfy(node -> {
                    assertThat(node.getJsonObject("connections").getInteger("websocket"))
                            .isEqualTo(1);
                    assertThat(node.getBoolean("ready")).isTrue();
                    assertThat(node.getLong("members")).isEqualTo(1);
                    assertThat(node.getJsonObject("heap").getLong("used")).isPositive();
                });
                assertThat(each)
                        .extracting(node -> node.getString("address"))
                        .containsExactlyInAnyOrder(
                                "127.0.0.1:" + nodes.get(0).port(),
                                "127.0.0.1:" + nodes.get(1).port());
                // Their ports differ, and what they should agree on does not.
                assertThat(each)
                        .extracting(node -> node.getString("config"))
                        .containsOnly(each.get(0).getString("config"));
            });
        }
    }

    @Test
    void busiestRoomsOfAllNodesComeFirst() {
        try (TestClient here =
                        TestClient.connect(nodes.get(0)).joins("ranked:calm").joins("ranked:busy");
                TestClient there =
                        TestClient.connect(nodes.get(1)).joins("ranked:calm").joins("ranked:calm2")) {
            get("/activity?order=busiest&prefix=ranked:");
            Eventually.holds(() -> {
                publish(nodes.get(1), "ranked:busy", "x");
                List<JsonObject> rooms = objects(get("/activity?order=busiest&prefix=ranked:"), "rooms");
                assertThat(rooms.get(0).getString("room")).isEqualTo("ranked:busy");
                assertThat(rooms.get(0).getLong("perMinute")).isPositive();
                assertThat(rooms).hasSize(3);
            });
            List<JsonObject> largest = objects(get("/activity?order=largest&prefix=ranked:"), "rooms");
            assertThat(largest.get(0).getString("room")).isEqualTo("ranked:calm");
            assertThat(largest.get(0).getInteger("members")).isEqualTo(2);
            JsonObject page = get("/activity?prefix=ranked:&limit=2");
            assertThat(objects(page, "rooms"))
                    .extracting(room -> room.getString("room"))
                    .containsExactly("ranked:busy", "ranked:calm");
            assertThat(objects(get("/activity?prefix=ranked:&cursor=" + page.getString("next")), "rooms"))
                    .extracting(room -> room.getString("room"))
                    .containsExactly("ranked:calm2");
        }
    }

    @Test
    void whoWatchesARoomHearsAllOfItAndIsNotSeen() throws Exception {
        try (TestClient alice = TestClient.connect(nodes.get(1)).joins("watched")) {
            try (BufferedReader watcher = watch("watched")) {
                publish(nodes.get(1), "watched", "from the other node");
                assertThat(hears(watcher, "from the other node")).contains("\"room\":\"watched\"");

                assertThat(get("/rooms/watched").getInteger("members")).isEqualTo(1);
                assertThat(get("/rooms/watched/members").getInteger("count")).isEqualTo(1);
                try (TestClient bob = TestClient.connect(nodes.get(0)).joins("watched")) {
                    assertThat(alice.hears("user-joined").getInteger("count")).isEqualTo(2);
                }
                assertThat(alice.hears("user-left").getInteger("count")).isEqualTo(1);
            }
            alice.hearsNothingMoreOf("user-joined");
        }
    }

    @Test
    void effectiveConfigurationHasNoSecrets() {
        String effective = get("/config").getJsonObject("effective").encode();

        assertThat(effective)
                .doesNotContain(TOKEN, Jwt.SECRET, API_KEY)
                .contains("\"adminToken\":\"…\"", "\"heartbeat\":\"25s\"", "\"name\":\"backend\"");
    }

    @Test
    void whatBecameOfReloadsIsTold() throws IOException {
        write("loud");
        Eventually.holds(() -> assertThat(lastReloads()).allSatisfy(reload -> {
            assertThat(reload.getBoolean("taken")).isFalse();
            assertThat(reload.getString("sentence")).contains("/logging/level");
        }));

        write("debug");

        Eventually.holds(() -> assertThat(lastReloads())
                .allSatisfy(reload -> assertThat(reload.getBoolean("taken")).isTrue()));
        assertThat(get("/config").getJsonObject("effective").encode()).contains("\"level\":\"debug\"");
    }

    private static List<JsonObject> lastReloads() {
        return objects(get("/config/reloads"), "nodes").stream()
                .map(node -> node.getJsonArray("reloads").getJsonObject(0))
                .toList();
    }

    @Test
    void theConsoleIsUsedInABrowser() throws Exception {
        String room = "log:console";
        publish(nodes.get(0), room, "<img src=x onerror=alert(1)>");
        try (TestClient eve = TestClient.withBearer(nodes.get(1), Jwt.of("<b>eve</b>"))) {
            eve.joins(room);
            String url = "http://127.0.0.1:" + nodes.get(0).managementPort();
            Process browser = new ProcessBuilder("node", "test/browser/use-console.mjs", url, TOKEN, room, "<b>eve</b>")
                    .directory(Path.of("src", "main", "web").toFile())
                    .redirectErrorStream(true)
                    .start();
            browser.getOutputStream().close();
            String told = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(browser.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(browser.exitValue()).as(told).isZero();
            assertThat(eve.closes().code()).isEqualTo(4503);
        }
    }

    private static BufferedReader watch(String room) throws Exception {
        HttpResponse<InputStream> answer =
                HTTP.send(request("/rooms/" + room + "/live").build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        BufferedReader events = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        hears(events, "\"type\":\"joined\"");
        return events;
    }

    private static String hears(BufferedReader events, String part) throws IOException {
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            if (line.contains(part)) {
                return line;
            }
        }
        throw new AssertionError("the stream ended before " + part);
    }

    private static void publish(GatewayProcess node, String room, String text) {
        String body = new JsonObject().put("text", text).encode();
        assertThat(node.post("/api/rooms/" + room + "/messages", body, "X-API-Key", API_KEY)
                        .statusCode())
                .isEqualTo(200);
    }

    private static JsonObject get(String path) {
        try {
            HttpResponse<String> answer = HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return new JsonObject(answer.body());
        } catch (IOException | InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + nodes.get(0).managementPort() + "/admin/api" + path))
                .header("Authorization", "Bearer " + TOKEN);
    }

    private static List<JsonObject> objects(JsonObject from, String name) {
        return from.getJsonArray(name).stream().map(JsonObject.class::cast).toList();
    }
}
