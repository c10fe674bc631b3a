package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one gateway writes about its clients, at its most talkative. */
class LogIT {
    private static final String API_KEY = "canary-api-key-0123456789";

    private static GatewayProcess gateway;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Path config = Files.writeString(folder.resolve("fanfara.json"), """
                {"auth": {"required": true,
                          "keys": [{"algorithms": ["HS256"], "secret": "%s"}],
                          "apiKeys": [{"name": "backend", "key": "%s", "scope": "publish"}]},
                 "rooms": [{"match": "**", "mode": "log"}],
                 "logging": {"level": "trace", "format": "json", "access": true}}
                """.formatted(Jwt.SECRET, API_KEY));
        gateway = GatewayProcess.start("--no-demo", "-c", config.toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void aConnectionThatEndsLeavesALine() {
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.of("log-alice"))) {
            alice.joins("a");
            alice.publishes("a", "'text':'hi','echo':true");
            alice.hears("message");
        }
        Map<String, Object> line = closed("log-alice");
        assertThat(line)
                .containsEntry("transport", "websocket")
                .containsEntry("address", "127.0.0.1")
                .containsEntry("rooms", "1")
                .containsEntry("messagesIn", "2")
                .containsEntry("code", "1006")
                .containsEntry("reason", "Connection lost")
                .containsKeys("connection", "seconds");
        assertThat(Integer.parseInt((String) line.get("messagesOut"))).isBetween(5, 6);
        assertThat(Long.parseLong((String) line.get("bytesIn"))).isBetween(60L, 200L);
        assertThat(Long.parseLong((String) line.get("bytesOut"))).isBetween(300L, 1500L);
    }

    @Test
    void eachWireLeavesOne() {
        try (SseClient stream = SseClient.connect(gateway, "room=b&token=" + Jwt.of("log-sse"))) {
            stream.hears("joined");
        }
        try (SocketIoClient client = SocketIoClient.connect(gateway, Jwt.of("log-io"))) {
            client.joins("b");
        }
        assertThat(closed("log-sse")).containsEntry("transport", "sse").containsEntry("messagesOut", "3");
        assertThat(closed("log-io"))
                .containsEntry("transport", "socketio")
                .containsEntry("messagesIn", "1")
                .containsEntry("address", "127.0.0.1");
    }

    @Test
    void anAnswerSaysByWhichNameItsRequestIsLogged() {
        HttpResponse<String> named = gateway.get("/api/rooms", "X-Request-Id", "order-17");
        HttpResponse<String> nameless = gateway.get("/nothing?token=hidden", "X-Request-Id", "not a name");

        assertThat(named.headers().allValues("X-Request-Id")).containsExactly("order-17");
        assertThat(new JsonObject(named.body()).getString("requestId")).isEqualTo("order-17");
        String made = nameless.headers().firstValue("X-Request-Id").orElseThrow();
        assertThat(made).matches("[0-9a-f]{16}");
        Eventually.holds(() -> {
            assertThat(lines("request answered"))
                    .anySatisfy(line -> assertThat(line)
                            .containsEntry("requestId", "order-17")
                            .containsEntry("path", "/api/rooms")
                            .containsEntry("status", "401"))
                    .anySatisfy(line -> assertThat(line)
                            .containsEntry("requestId", made)
                            .containsEntry("path", "/nothing")
                            .containsEntry("status", "404"));
        });
        try (SseClient stream = SseClient.connect(gateway, "room=b", "Authorization: Bearer " + Jwt.of("s"))) {
            assertThat(stream.header("X-Request-Id")).matches("[0-9a-f]{16}");
        }
    }

    /** By every door, good ones and bad ones; only the last parts are looked for, as the rest is the same in all. */
    @Test
    void noTokenIsEverWritten() {
        String good = Jwt.of("log-token");
        String bad = Jwt.signed(Jwt.SECRET + "x", Jwt.claims("log-token", 300));
        for (String token : List.of(good, bad)) {
            TestClient.connect(gateway, "/ws?token=" + token).close();
            TestClient.withBearer(gateway, token).close();
            TestClient.withSubprotocol(gateway, token).close();
            SseClient.connect(gateway, "room=c&token=" + token).close();
            SseClient.connect(gateway, "room=c&token=" + token + "&x=%zz").close();
            SseClient.connect(gateway, "room=c", "Authorization: Bearer " + token)
                    .close();
            SocketIoClient.open(gateway, "/", new JsonObject().put("token", token))
                    .close();
            gateway.get("/api/rooms?token=" + token);
            gateway.get("/api/rooms", "Authorization", "Bearer " + token);
            gateway.get("/socket.io/?EIO=4&transport=polling&token=" + token);
        }
        try (TestClient renewed = TestClient.withBearer(gateway, good)) {
            renewed.says("{'type':'auth','token':'" + bad + "'}").hears("error");
            renewed.says("{'type':'auth','token':'" + good + "'}").hears("authenticated");
            renewed.says("{'type':'auth','token':'" + good + "").hears("error");
        }
        gateway.post("/api/rooms/c/messages", "{\"text\":\"x\"}", "X-API-Key", API_KEY);
        gateway.post("/api/rooms/c/messages", "{\"text\":\"x\"}", "X-API-Key", API_KEY + "-wrong");
        Eventually.holds(() -> assertThat(lines("request answered").stream()
                        .filter(line -> line.get("path").equals("/api/rooms/c/messages")))
                .hasSize(2));

        List<String> secrets =
                List.of(good.substring(good.lastIndexOf('.')), bad.substring(bad.lastIndexOf('.')), API_KEY);
        assertThat(gateway.output().lines().filter(line -> secrets.stream().anyMatch(line::contains)))
                .isEmpty();
        assertThat(gateway.output()).contains("\"level\":\"TRACE\"");
    }

    private static Map<String, Object> closed(String user) {
        Eventually.holds(() -> assertThat(lines("connection closed"))
                .anySatisfy(line -> assertThat(line).containsEntry("user", user)));
        return lines("connection closed").stream()
                .filter(line -> user.equals(line.get("user")))
                .findFirst()
                .orElseThrow();
    }

    /** What lines with this text say besides. */
    private static List<Map<String, Object>> lines(String text) {
        return gateway.output()
                .lines()
                .filter(line -> line.contains('"' + text + '"'))
                .map(JsonObject::new)
                .map(LogIT::values)
                .toList();
    }

    private static Map<String, Object> values(JsonObject line) {
        return line.getJsonArray("kvpList").stream()
                .flatMap(each -> ((JsonObject) each).stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
