package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.RoomGrants;
import dev.fanfara.auth.TokenRequest;
import dev.fanfara.auth.TokenSigner;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import dev.fanfara.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishApiTest {
    private static final String KEYS =
            "auth.apiKeys=[{\"name\":\"backend\",\"key\":\"0123456789abcdef0123456789abcdef\","
                    + "\"scope\":\"publish broadcast\"},{\"name\":\"weather\",\"key\":\"fedcba9876543210fedcba9876543210\","
                    + "\"scope\":\"publish\",\"rooms\":[\"weather:*\"]}]";
    private static final String[] BACKEND = {"X-API-Key", "0123456789abcdef0123456789abcdef"};
    private static final String[] WEATHER = {"X-API-Key", "fedcba9876543210fedcba9876543210"};
    private static final String ROOM = "/api/rooms/chat:lobby/messages";
    private static final String STATE_ROOMS = "rooms=[{\"match\":\"dash:*\",\"mode\":\"state\"},"
            + "{\"match\":\"log:*\",\"mode\":\"log\"},{\"match\":\"**\"}]";
    private static final String STATE = "/api/rooms/dash:a%2Fb/state";

    private HttpRig rig = HttpRig.with();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void publicationReachesTheRoomAsItWasWritten() {
        HttpResponse<String> answer = rig.post(
                ROOM,
                "{ \"data\": {\"n\": 1e999999999, \"x\": [ ] }, \"user\": \"bot\", \"key\": \"k1\", \"more\": {} }");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(rig.published).singleElement().satisfies(request -> {
            assertThat(request.room().value()).isEqualTo("chat:lobby");
            assertThat(request.user()).isEqualTo("bot");
            assertThat(request.key()).isEqualTo("k1");
            assertThat(json(request)).isEqualTo("{\"n\":1e999999999,\"x\":[]}");
        });
    }

    @Test
    void duplicateIsSaid() {
        rig.room = request -> Future.succeededFuture(new Published(true, null));

        assertThat(rig.post(ROOM, "{\"text\":\"a\",\"key\":\"k\"}").body()).isEqualTo("{\"duplicate\":true}");
    }

    @Test
    void positionIsSaidInRoomsThatHaveAny() {
        rig.room = request -> Future.succeededFuture(new Published(false, new Position("e1", 8)));
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}").body()).isEqualTo("{\"epoch\":\"e1\",\"offset\":8}");

        rig.room = request -> Future.succeededFuture(new Published(true, new Position("e1", 8)));
        assertThat(rig.post(ROOM, "{\"text\":\"a\",\"key\":\"k\"}").body())
                .isEqualTo("{\"epoch\":\"e1\",\"offset\":8,\"duplicate\":true}");
    }

    @Test
    void patchIsPublishedAsItWasWritten() {
        restart(STATE_ROOMS);
        rig.room = request -> Future.succeededFuture(new Published(false, new Position("e1", 8)));

        HttpResponse<String> answer =
                rig.send("PATCH", STATE, "{ \"a\": 1e999, \"text\": null }", "Idempotency-Key", "k1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"epoch\":\"e1\",\"offset\":8}");
        assertThat(rig.published).singleElement().satisfies(request -> {
            assertThat(request.room().value()).isEqualTo("dash:a/b");
            assertThat(request.user()).isNull();
            assertThat(request.key()).isEqualTo("k1");
            assertThat(request.payload().kind()).isEqualTo(Payload.Kind.DATA);
            assertThat(json(request)).isEqualTo("{\"a\":1e999,\"text\":null}");
        });
    }

    @Test
    void patchMayHaveTheContentTypeOfItsOwn() {
        restart(STATE_ROOMS);

        assertThat(rig.send("PATCH", STATE, "{}", "Content-Type", "application/merge-patch+json")
                        .statusCode())
                .isEqualTo(200);
        assertProblem(
                rig.send("PATCH", STATE, "{}", "Content-Type", "application/json-patch+json"),
                415,
                "bad-request",
                "Content-Type: expected application/json or application/merge-patch+json");
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", "Content-Type", "application/merge-patch+json")
                        .statusCode())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1] | bad-request | Expected a JSON object, a merge patch (RFC 7396)",
                "null | bad-request | Expected a JSON object, a merge patch (RFC 7396)",
                "{\"a\":1 | invalid-json | Invalid JSON",
                "{\"a\":1}1 | invalid-json | Invalid JSON",
            })
    void whatIsNoPatchIsRefused(String body, String code, String detail) {
        restart(STATE_ROOMS);

        assertProblem(rig.send("PATCH", STATE, body), 400, code, detail);
        assertThat(rig.published).isEmpty();
    }

    @Test
    void patchIsAsLongAsAMessageMayBe() {
        restart(STATE_ROOMS);

        assertThat(rig.send("PATCH", STATE, "{\"a\":\"" + "a".repeat(65_528) + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertProblem(
                rig.send("PATCH", STATE, "{\"a\":\"" + "a".repeat(65_529) + "\"}"),
                413,
                "too-large",
                "A message has at most 65536 bytes");
    }

    @Test
    void onlyStateRoomsArePatched() {
        restart(STATE_ROOMS);

        assertProblem(
                rig.send("PATCH", "/api/rooms/log:a/state", "{}"), 404, "bad-request", "This room keeps no state");
        assertProblem(
                rig.send("PATCH", "/api/rooms/chat:a/state", "{}"), 404, "bad-request", "This room keeps no state");
        assertThat(rig.published).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\":\"a\"}", "{\"data\":[]}", "{\"data\":null}"})
    void stateRoomTakesOnlyPatches(String body) {
        restart(STATE_ROOMS);

        assertProblem(
                rig.post("/api/rooms/dash:a/messages", body),
                400,
                "bad-request",
                "data: expected an object, a merge patch (RFC 7396)");
        assertThat(rig.published).isEmpty();
        assertThat(rig.post("/api/rooms/dash:a/messages", "{\"data\": {\"a\":1}}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void patchesWantTheRightsOfPublishes() {
        restart(KEYS, STATE_ROOMS, "limits.publishes=3/1h", "limits.requestsPerIp=2/1h");

        for (int i = 0; i < 3; i++) {
            assertThat(rig.send("PATCH", STATE, "{}", BACKEND).statusCode()).isEqualTo(200);
        }
        assertThat(rig.send("PATCH", STATE, "{}", BACKEND).statusCode()).isEqualTo(429);
        assertThat(rig.send("PATCH", STATE, "{}", WEATHER).statusCode()).isEqualTo(403);
        assertUnauthorized(rig.send("PATCH", STATE, "{}"), "Bearer");
    }

    @Test
    void roomSaysWhenToComeBack() {
        rig.room = request ->
                Future.failedFuture(new Refusal(ErrorCode.UNAVAILABLE, "Not now", Duration.ofMillis(41_500)));

        assertThat(rig.post(ROOM, "{\"text\":\"a\"}").headers().firstValue("Retry-After"))
                .contains("42");
    }

    @Test
    void keyMayStandInTheHeader() {
        rig.post(ROOM, "{\"text\":\"a\"}", "Idempotency-Key", "k9");
        rig.post(ROOM, "{\"text\":\"a\",\"key\":\"k9\"}", "Idempotency-Key", "k9");
        HttpResponse<String> differs = rig.post(ROOM, "{\"text\":\"a\",\"key\":\"k8\"}", "Idempotency-Key", "k9");

        assertThat(rig.published).extracting(PublishRequest::key).containsExactly("k9", "k9");
        assertProblem(differs, 400, "bad-request", "key: differs from the header Idempotency-Key");
    }

    @ParameterizedTest
    @CsvSource({
        "a%2Fb, a/b",
        "chat:x%40y, chat:x@y",
        "%61b, ab",
    })
    void roomIsDecodedOnce(String inUrl, String room) {
        assertThat(rig.post("/api/rooms/" + inUrl + "/messages", "{\"text\":\"a\"}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(rig.published)
                .singleElement()
                .satisfies(request -> assertThat(request.room().value()).isEqualTo(room));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%252Fb",
                "a%2F..%2Fb",
                "a%2F%2Fb",
                "a%20b",
                "a%00",
                "a%0d%0aX-Y:z",
                "%C3%A9",
                "a+b",
                "a%2F%2E%2E%2Fb",
                "a;b"
            })
    void roomThatIsNoneIsRefused(String inUrl) {
        HttpResponse<String> answer = rig.post("/api/rooms/" + inUrl + "/messages", "{\"text\":\"a\"}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("X-Y")).isEmpty();
        assertThat(rig.published).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | bad-request | text: expected a string (or 'data' with any JSON)",
                "{\"text\":1} | bad-request | text: expected a string (any other JSON goes into 'data')",
                "{\"text\":\"a\",\"data\":1} | bad-request | text, data: expected one of them, got both",
                "{\"text\":\"a\",\"user\":7} | bad-request | user: expected a string of 1 to 255 characters",
                "{\"text\":\"a\",\"key\":\"\"} | bad-request | key: expected a string of 1 to 64 characters",
                "[] | bad-request | Expected a JSON object",
                "{\"text\":\"a\" | invalid-json | Invalid JSON",
                "{\"text\":\"a\"}} | invalid-json | Invalid JSON",
                "nonsense | invalid-json | Invalid JSON",
            })
    void badBodyIsRefusedByName(String body, String code, String detail) {
        assertProblem(rig.post(ROOM, body), 400, code, detail);
        assertThat(rig.published).isEmpty();
    }

    @Test
    void emptyBodyIsRefused() {
        assertThat(rig.post(ROOM, "").statusCode()).isEqualTo(400);
    }

    @Test
    void onlyPlainJsonIsTaken() {
        assertProblem(
                rig.post(ROOM, "{\"text\":\"a\"}", "Content-Type", "text/plain"),
                415,
                "bad-request",
                "Content-Type: expected application/json");
        assertProblem(
                rig.post(ROOM, "{\"text\":\"a\"}", "Content-Encoding", "gzip"),
                415,
                "bad-request",
                "Content-Encoding: expected none");
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", "Content-Type", "application/json; charset=utf-8")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void bodyOverTheLimitIsRefusedBeforeAndWhileItComes() {
        String declared = "POST " + ROOM + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n";
        try (RawClient client = rig.raw()) {
            assertThat(client.send(declared + "Content-Length: 10000000\r\n\r\n")
                            .until("\"}"))
                    .startsWith("HTTP/1.1 413 ");
        }
        try (RawClient client = rig.raw()) {
            client.send(declared + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "2000\r\n" + "a".repeat(0x2000) + "\r\n";
            for (int i = 0; i < 9; i++) {
                client.send(chunk);
            }
            assertThat(client.until("\"}")).startsWith("HTTP/1.1 413 ");
            assertThat(client.send(chunk + "0\r\n\r\n").untilClosed()).isEmpty();
        }
        // The payload's own JSON is what is measured: a string has its quotes.
        assertThat(rig.post(ROOM, "{\"text\":\"" + "a".repeat(65_534) + "\"}").statusCode())
                .isEqualTo(200);
        assertThat(rig.post(ROOM, "{\"text\":\"" + "a".repeat(65_535) + "\"}").statusCode())
                .isEqualTo(413);
    }

    @Test
    void bodyThatFindsTooMuchOnItsWayIsRefusedUntilThatIsGone() {
        long all = Runtime.getRuntime().maxMemory();
        rig.memory.intake().add(all);

        HttpResponse<String> refused = rig.post(ROOM, "{\"text\":\"a\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.body()).contains("\"unavailable\"");
        rig.memory.intake().giveBack(all);

        assertThat(rig.post(ROOM, "{\"text\":\"a\"}").statusCode()).isEqualTo(200);
        assertThat(rig.memory.intake().bytes()).isZero();
    }

    @Test
    void halfABodyCountsUntilItsClientGoes() {
        try (RawClient client = rig.raw()) {
            client.send("POST " + ROOM + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 60000\r\n\r\n" + "a".repeat(30_000));
            Eventually.holds(() -> assertThat(rig.memory.intake().bytes()).isEqualTo(30_000));
        }
        Eventually.holds(() -> assertThat(rig.memory.intake().bytes()).isZero());
    }

    @Test
    void clientThatAsksWhetherToSendIsToldTo() {
        try (RawClient client = rig.raw()) {
            String first = client.send(
                            "POST " + ROOM + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                    + "Expect: 100-continue\r\nContent-Length: 12\r\n\r\n")
                    .until("\r\n\r\n");
            assertThat(first).startsWith("HTTP/1.1 100 ");

            assertThat(client.send("{\"text\":\"a\"}").until("{}")).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CONFLICT, 409, conflict",
        "UNAVAILABLE, 503, unavailable",
        "RATE_LIMITED, 429, rate-limited",
        "TOO_LARGE, 413, too-large",
    })
    void refusalOfTheRoomKeepsItsName(ErrorCode code, int status, String wireName) {
        rig.room = request -> Future.failedFuture(new Refusal(code, "Not now"));

        HttpResponse<String> answer = rig.post(ROOM, "{\"text\":\"a\"}");

        assertProblem(answer, status, wireName, "Not now");
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 429 || status == 503);
    }

    @Test
    void bugIsNotShown() {
        rig.room = request -> Future.failedFuture(new IllegalStateException("secret detail"));

        HttpResponse<String> answer = rig.post(ROOM, "{\"text\":\"a\"}");

        assertProblem(answer, 500, "internal", "Internal error");
    }

    @Test
    void withoutCredentialsADevelopmentGatewayIsOpen() {
        assertThat(rig.post("/api/broadcast", "{\"text\":\"a\"}").body())
                .isEqualTo("{\"delivered\":6,\"complete\":true,\"missing\":[]}");
        assertThat(rig.announced).hasSize(2).allSatisfy(announcement -> {
            assertThat(announcement.to()).isNull();
            assertThat(announcement.user()).isNull();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-whatever", "Forwarded", "X-Real-IP", "Via"})
    void forwardedRequestIsNotOnADevelopersMachine(String header) {
        assertUnauthorized(rig.post(ROOM, "{\"text\":\"a\"}", header, "1.1 proxy"), "Bearer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth.apiKeys=[{\"name\":\"a\",\"key\":\"0123456789abcdef0123456789abcdef\",\"scope\":\"publish\"}]",
                "server.host=0.0.0.0",
                "server.trustedProxies=[\"10.0.0.0/8\"]",
            })
    void everySignOfProductionClosesTheDoor(String setting) {
        restart(setting);

        assertUnauthorized(rig.post(ROOM, "{\"text\":\"a\"}"), "Bearer");
    }

    @Test
    void strangersNameForLoopbackClosesTheDoor() {
        try (RawClient client = rig.raw()) {
            String answer = client.send(
                            "POST " + ROOM
                                    + " HTTP/1.1\r\nHost: rebound.evil.tld\r\nOrigin: http://rebound.evil.tld\r\n"
                                    + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}")
                    .untilClosed();

            assertThat(answer).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void apiKeyOpensWhatItsScopeAndRoomsSay() {
        restart(KEYS);

        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", BACKEND).statusCode()).isEqualTo(200);
        assertThat(rig.post("/api/broadcast", "{\"text\":\"a\"}", BACKEND).statusCode())
                .isEqualTo(200);
        assertThat(rig.post("/api/rooms/weather:basel/messages", "{\"text\":\"a\"}", WEATHER)
                        .statusCode())
                .isEqualTo(200);
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", WEATHER).statusCode()).isEqualTo(403);
        assertThat(rig.post("/api/broadcast", "{\"text\":\"a\"}", WEATHER).statusCode())
                .isEqualTo(403);
    }

    @Test
    void wrongKeyIsRefusedAndCounted() {
        restart(KEYS);

        assertUnauthorized(
                rig.post(ROOM, "{\"text\":\"a\"}", "X-API-Key", "0123456789abcdef0123456789abcdeX"),
                "Bearer error=\"invalid_token\"");
        assertUnauthorized(rig.post(ROOM + "?apiKey=0123456789abcdef0123456789abcdef", "{\"text\":\"a\"}"), "Bearer");
        assertThat(rig.rejected).containsExactly("unknown-api-key", "missing");
    }

    @Test
    void badTokenIsNotForgivenForAGoodKey() {
        restart(KEYS);

        assertUnauthorized(
                rig.post(
                        ROOM,
                        "{\"text\":\"a\"}",
                        "X-API-Key",
                        "0123456789abcdef0123456789abcdef",
                        "Authorization",
                        "Bearer a.b.c"),
                "Bearer error=\"invalid_token\"");
    }

    @Test
    void publishesOfAKeyHaveTheirOwnLimit() {
        restart(KEYS, "limits.publishes=3/1h", "limits.requestsPerIp=2/1h");

        for (int i = 0; i < 3; i++) {
            assertThat(rig.post(ROOM, "{\"text\":\"a\"}", BACKEND).statusCode()).isEqualTo(200);
        }
        HttpResponse<String> tooMany = rig.post(ROOM, "{\"text\":\"a\"}", BACKEND);

        assertProblem(tooMany, 429, "rate-limited", "Rate limit exceeded");
        assertThat(Long.parseLong(tooMany.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(3590L, 3600L);
        assertThat(rig.post("/api/rooms/weather:x/messages", "{\"text\":\"a\"}", WEATHER)
                        .statusCode())
                .isEqualTo(200);
        assertThat(rig.limited).containsExactly("publishes");
    }

    @Test
    void guessingCredentialsCountsForTheAddress() {
        restart(KEYS, "limits.requestsPerIp=2/1h");
        String[] guess = {"X-API-Key", "guess"};

        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", guess).statusCode()).isEqualTo(401);
        assertThat(rig.post("/api/nothing", "{\"text\":\"a\"}", guess).statusCode())
                .isEqualTo(404);
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", guess).statusCode()).isEqualTo(429);
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", BACKEND).statusCode()).isEqualTo(200);
    }

    @Test
    void tokenOpensWhatItsClaimsSay() {
        restart(
                "auth.required=true",
                "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"0123456789abcdef0123456789abcdef\"}]");
        String[] chat = bearer(Set.of(Scope.PUBLISH, Scope.BROADCAST), "chat:*");
        String[] nothing = bearer(Set.of(), "chat:*");

        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", chat).statusCode()).isEqualTo(200);
        assertThat(rig.post("/api/rooms/dash:x/messages", "{\"text\":\"a\"}", chat)
                        .statusCode())
                .isEqualTo(403);
        assertThat(rig.post(ROOM, "{\"text\":\"a\"}", nothing).statusCode()).isEqualTo(403);
        assertUnauthorized(rig.post(ROOM, "{\"text\":\"a\"}"), "Bearer");
        assertUnauthorized(
                rig.post(ROOM, "{\"text\":\"a\"}", "Authorization", "Bearer a.b.c"), "Bearer error=\"invalid_token\"");
        assertUnauthorized(rig.post(ROOM + "?token=" + chat[1].substring(7), "{\"text\":\"a\"}"), "Bearer");
    }

    @Test
    void tokenVouchesForWhoBroadcasts() {
        restart("auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"0123456789abcdef0123456789abcdef\"}]");

        rig.post("/api/broadcast", "{\"text\":\"a\",\"user\":\"mallory\"}", bearer(Set.of(Scope.BROADCAST), "**"));

        assertThat(rig.announced).extracting(Announcement::user).containsOnly("alice");
    }

    private String[] bearer(Set<Scope> scopes, String rooms) {
        RoomGrants grants = RoomGrants.everywhereIn(List.of(new RoomPattern(rooms)));
        TokenRequest request = new TokenRequest("alice", Duration.ofMinutes(5), scopes, grants);
        String token = TokenSigner.of(rig.live.current().config().auth(), null).sign(request, Instant.now());
        return new String[] {"Authorization", "Bearer " + token};
    }

    private void restart(String... settings) {
        rig.close();
        rig = HttpRig.with(settings);
    }

    private static String json(PublishRequest request) {
        return new String(request.payload().json(), StandardCharsets.UTF_8);
    }

    private static void assertUnauthorized(HttpResponse<String> answer, String challenge) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains(challenge);
    }

    static void assertProblem(HttpResponse<String> answer, int status, String code, String detail) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonObject problem = new JsonObject(answer.body());
        assertThat(problem.getString("type")).isEqualTo("about:blank");
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getString("detail")).isEqualTo(detail);
    }
}
