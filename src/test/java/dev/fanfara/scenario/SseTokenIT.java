package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server-Sent Events where tokens are wanted, and few of everything is allowed. */
class SseTokenIT {
    @TempDir
    private static Path directory;

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        write(config());
        gateway = GatewayProcess.start("--no-demo", "-c", file().toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void aTokenComesByQueryOrHeader() {
        String token = Jwt.of("query");
        try (SseClient query = SseClient.connect(gateway, "room=any:room&token=" + token);
                SseClient header = SseClient.connect(
                        gateway, "room=any:room&user=ignored", "Authorization: Bearer " + Jwt.of("header"))) {
            assertThat(query.hears("welcome").getString("user")).isEqualTo("query");
            assertThat(query.hears("authenticated").getString("user")).isEqualTo("query");
            query.hears("joined");
            assertThat(header.hears("welcome").getString("user")).isEqualTo("header");
        }
        assertThat(gateway.output()).doesNotContain(token);
    }

    @Test
    void aMissingOrBadTokenIsRefusedWithAChallenge() {
        HttpResponse<String> none = gateway.get("/sse?room=any:room");
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");

        String expired = Jwt.signed(Jwt.SECRET, Jwt.claims("alice", -60));
        HttpResponse<String> bad = gateway.get("/sse?room=any:room&token=" + expired);
        assertThat(bad.statusCode()).isEqualTo(401);
        assertThat(bad.headers().firstValue("WWW-Authenticate")).hasValue("Bearer error=\"invalid_token\"");
        assertThat(gateway.metric("fanfara_auth_failures_total{reason=\"expired\"}"))
                .isPositive();
        // Who is told to stop needs a token to be told so.
        assertThat(gateway.get("/sse?room=any:room", "Last-Event-ID", "end").statusCode())
                .isEqualTo(401);
    }

    @Test
    void aTokenNamesTheRoomsItOpens() {
        JsonObject claims = Jwt.claims("alice", 300);
        claims.put("rooms", new JsonObject().put("join", new JsonArray().add("dash:*")));
        String token = Jwt.signed(Jwt.SECRET, claims);
        assertThat(gateway.get("/sse?room=dash:eu&room=chat:eu&token=" + token).statusCode())
                .isEqualTo(403);
        // The room remembers, and to read what it does is another right.
        assertThat(gateway.get("/sse?room=dash:eu&history=3&token=" + token).statusCode())
                .isEqualTo(403);
        try (SseClient alice = SseClient.connect(gateway, "room=dash:eu&token=" + token)) {
            alice.hears("joined");
        }
    }

    @Test
    void aStreamEndsForGoodWithItsToken() {
        String token = Jwt.signed(Jwt.SECRET, Jwt.claims("shortlived", 2));
        try (SseClient alice = SseClient.connect(gateway, "room=dash:us&token=" + token)) {
            alice.hears("joined");
            JsonObject last = alice.hears("fanfara-error");
            assertThat(last)
                    .isEqualTo(new JsonObject()
                            .put("type", "fanfara-error")
                            .put("code", 4001)
                            .put("message", "Token expired"));
            alice.awaitEnd();
            assertThat(gateway.get("/sse?room=dash:us&token=" + token, "Last-Event-ID", alice.cursor())
                            .statusCode())
                    .isEqualTo(401);

            try (SseClient fresh = alice.comesBackTo(gateway, "room=dash:us&token=" + Jwt.of("shortlived"))) {
                assertThat(fresh.hears("joined").getBoolean("recovered")).isTrue();
            }
        }
    }

    @Test
    void aUserHasSoManyConnectionsWhateverTheirWire() {
        String token = Jwt.of("busy");
        try (SseClient first = SseClient.connect(gateway, "room=any:room&token=" + token);
                TestClient second = TestClient.withBearer(gateway, token)) {
            first.hears("joined");
            second.hears("welcome");
            HttpResponse<String> third = gateway.get("/sse?room=any:room&token=" + token);
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.headers().firstValue("Retry-After")).isPresent();
        }
        Eventually.holds(() -> {
            try (SseClient again = SseClient.connect(gateway, "room=any:room&token=" + token)) {
                assertThat(again.status()).isEqualTo(200);
            }
        });
    }

    @Test
    void aUserIsInSoManyRoomsAtMost() {
        String token = Jwt.of("everywhere");
        assertThat(gateway.get("/sse?room=a&room=b&room=c&room=d&token=" + token)
                        .statusCode())
                .isEqualTo(429);
        try (SseClient three = SseClient.connect(gateway, "room=a&room=b&room=c&token=" + token)) {
            assertThat(three.status()).isEqualTo(200);
        }
    }

    @Test
    void aNodeWithEnoughToDoSaysWhenToComeBeforeItLooksAtTokens() throws IOException {
        JsonObject config = config();
        config.getJsonObject("limits").put("connectsPerSecond", 1);
        Path busy = directory.resolve("busy.json");
        Files.writeString(busy, config.encode());
        try (GatewayProcess node = GatewayProcess.start("--no-demo", "-c", busy.toString())) {
            List<HttpResponse<String>> answers = IntStream.range(0, 20)
                    .mapToObj(i -> node.get("/sse?room=any:room"))
                    .toList();

            List<HttpResponse<String>> refused = answers.stream()
                    .filter(answer -> answer.statusCode() == 503)
                    .toList();
            assertThat(refused)
                    .isNotEmpty()
                    .allSatisfy(answer -> assertThat(answer.headers().firstValue("Retry-After"))
                            .isPresent());
            assertThat(node.metric("fanfara_auth_failures_total{reason=\"missing\"}"))
                    .isEqualTo(20 - refused.size());
            assertThat(node.metric("fanfara_rate_limited_total{scope=\"connects\"}"))
                    .isEqualTo(refused.size());
        }
    }

    private static Path file() {
        return directory.resolve("fanfara.json");
    }

    private static void write(JsonObject config) throws IOException {
        Files.writeString(file(), config.encodePrettily());
    }

    private static JsonObject config() {
        return new JsonObject("""
                { "auth": { "required": true, "leeway": "1s", "keys": [ { "algorithms": ["HS256"], "secret": "%s" } ] },
                  "limits": { "connectionsPerUser": 2, "roomsPerUser": 3 },
                  "rooms": [ { "match": "dash:*", "mode": "log" }, { "match": "**" } ] }
                """.formatted(Jwt.SECRET));
    }
}
