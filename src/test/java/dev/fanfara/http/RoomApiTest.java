package dev.fanfara.http;

import static dev.fanfara.http.PublishApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.RoomAction;
import dev.fanfara.auth.RoomGrants;
import dev.fanfara.auth.TokenRequest;
import dev.fanfara.auth.TokenSigner;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import dev.fanfara.protocol.ServerMessage;
import io.vertx.core.Future;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoomApiTest {
    private static final String ROOMS = "rooms=[{\"match\":\"dash:*\",\"mode\":\"state\"},"
            + "{\"match\":\"log:*\",\"mode\":\"log\"},{\"match\":\"**\"}]";
    private static final String REQUIRED = "auth.required=true";
    private static final String KEYS =
            "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"0123456789abcdef0123456789abcdef\"}]";
    private static final RoomName LOG = new RoomName("log:a");
    private static final String MESSAGES = "/api/rooms/log:a/messages";
    private static final String STATE = "/api/rooms/dash:a/state";

    private final List<HistoryRequest> asked = new CopyOnWriteArrayList<>();
    private HttpRig rig = HttpRig.with(ROOMS);

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void messagesAreToldAsMembersGetThem() {
        remembers(new Position("e1", 8), message(7, "a"), message(8, "b"));

        HttpResponse<String> answer = rig.get(MESSAGES);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.body())
                .isEqualTo("{\"epoch\":\"e1\",\"offset\":8,\"messages\":["
                        + "{\"type\":\"message\",\"room\":\"log:a\",\"user\":\"alice\",\"text\":\"a\","
                        + "\"timestamp\":\"1970-01-01T00:00:00.001Z\",\"offset\":7},"
                        + "{\"type\":\"message\",\"room\":\"log:a\",\"user\":\"alice\",\"text\":\"b\","
                        + "\"timestamp\":\"1970-01-01T00:00:00.001Z\",\"offset\":8}],"
                        + "\"complete\":true,\"missing\":[]}");
        assertThat(asked).containsExactly(new HistoryRequest(LOG, null, 100));
    }

    @Test
    void whereTheLimitCutTheClientGoesOn() {
        remembers(new Position("e1", 8), message(3, "a"), message(4, "b"));

        String body = rig.get(MESSAGES + "?since=2&epoch=e1&limit=2").body();

        assertThat(body).endsWith("],\"next\":4,\"complete\":true,\"missing\":[]}");
        assertThat(asked).containsExactly(new HistoryRequest(LOG, new Position("e1", 2), 2));
    }

    @Test
    void roomThatHeardNothingHasNoMessages() {
        remembers(new Position("e1", 0));

        assertThat(rig.get(MESSAGES + "?since=0&epoch=e1").body())
                .isEqualTo("{\"epoch\":\"e1\",\"offset\":0,\"messages\":[],\"complete\":true,\"missing\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "since=1 | since, epoch: expected both of them, or neither",
                "epoch=e | since, epoch: expected both of them, or neither",
                "since=-1&epoch=e | since: expected a whole number from 0",
                "since=01&epoch=e | since: expected a whole number from 0",
                "since=+1&epoch=e | since: expected a whole number from 0",
                "since=1.0&epoch=e | since: expected a whole number from 0",
                "since=12345678901234567&epoch=e | since: expected a whole number from 0",
                "since=1&epoch= | epoch: expected 1 to 32 characters",
                "since=1&epoch=123456789012345678901234567890123 | epoch: expected 1 to 32 characters",
                "limit=0 | limit: expected a whole number from 1 to 1000",
                "limit=1001 | limit: expected a whole number from 1 to 1000",
                "limit=ten | limit: expected a whole number from 1 to 1000",
                "limit= | limit: expected a whole number from 1 to 1000",
                "limit=1&limit=2 | limit: expected once, got 2 of them",
            })
    void badParameterIsRefusedByName(String query, String detail) {
        assertProblem(rig.get(MESSAGES + '?' + query), 400, "bad-request", detail);
    }

    @Test
    void brokenQueryIsABadRequest() {
        try (RawClient client = rig.raw()) {
            assertThat(client.send("GET " + MESSAGES + "?limit=%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                    + "Connection: close\r\n\r\n")
                            .untilClosed())
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void stateIsToldWhole() {
        HttpResponse<String> answer = rig.get(STATE);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"epoch\":\"e1\",\"offset\":7,\"state\":{\"a\":1}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {MESSAGES, STATE})
    void headIsAGetWithoutABody(String path) {
        HttpResponse<String> head = rig.send("HEAD", path, null);

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(rig.send("OPTIONS", path, null).statusCode()).isEqualTo(204);
    }

    @Test
    void roomThatKeepsNothingSaysSo() {
        assertProblem(rig.get("/api/rooms/chat/messages"), 404, "bad-request", "This room keeps no history");
        assertProblem(rig.get("/api/rooms/chat/state"), 404, "bad-request", "This room keeps no state");
        assertProblem(rig.get("/api/rooms/log:a/state"), 404, "bad-request", "This room keeps no state");
        assertThat(rig.get("/api/rooms/dash:a/messages").statusCode()).isEqualTo(200);
        assertThat(rig.get("/api/rooms/a%20b/messages").statusCode()).isEqualTo(400);
    }

    @Test
    void refusalOfTheRoomKeepsItsName() {
        rig.history =
                request -> Future.failedFuture(new Refusal(ErrorCode.UNAVAILABLE, "Not now", Duration.ofSeconds(7)));

        HttpResponse<String> answer = rig.get(MESSAGES);

        assertProblem(answer, 503, "unavailable", "Not now");
        assertThat(answer.headers().firstValue("Retry-After")).contains("7");
    }

    @Test
    void readingWantsTheRoomsRightOrAnAdministrator() {
        restart(ROOMS, REQUIRED, KEYS);
        String[] historian = bearer(Set.of(), RoomAction.HISTORY);
        String[] viewer = bearer(Set.of(), RoomAction.JOIN);
        String[] publisher = bearer(Set.of(Scope.PUBLISH), RoomAction.PUBLISH);
        String[] administrator = bearer(Set.of(Scope.ADMIN), RoomAction.PRESENCE);

        assertThat(statuses(historian)).containsExactly(200, 403, 403);
        assertThat(statuses(viewer)).containsExactly(403, 200, 403);
        assertThat(statuses(publisher)).containsExactly(403, 403, 403);
        assertThat(statuses(administrator)).containsExactly(200, 200, 404);
        assertThat(statuses()).containsExactly(401, 401, 401);
    }

    @Test
    void readingCountsForTheAddress() {
        restart(ROOMS, REQUIRED, KEYS, "limits.requestsPerIp=2/1h");
        String[] historian = bearer(Set.of(), RoomAction.HISTORY);

        assertThat(rig.get(MESSAGES, historian).statusCode()).isEqualTo(200);
        assertThat(rig.get(MESSAGES, historian).statusCode()).isEqualTo(200);
        assertThat(rig.get(MESSAGES, historian).statusCode()).isEqualTo(429);
    }

    /** Of messages, of a state, and of messages where there are none. */
    private List<Integer> statuses(String... credentials) {
        return List.of(
                rig.get(MESSAGES, credentials).statusCode(),
                rig.get(STATE, credentials).statusCode(),
                rig.get("/api/rooms/chat/messages", credentials).statusCode());
    }

    private String[] bearer(Set<Scope> scopes, RoomAction right) {
        RoomGrants grants = new RoomGrants(Map.of(right, List.of(new RoomPattern("log:*"), new RoomPattern("dash:*"))));
        TokenRequest request = new TokenRequest("alice", Duration.ofMinutes(5), scopes, grants);
        String token = TokenSigner.of(rig.live.current().config().auth(), null).sign(request, Instant.now());
        return new String[] {"Authorization", "Bearer " + token};
    }

    private void remembers(Position position, ServerMessage... messages) {
        rig.history = request -> {
            asked.add(request);
            return Future.succeededFuture(new HistoryAnswer(position, List.of(messages)));
        };
    }

    private static ServerMessage message(long offset, String text) {
        byte[] json = ('"' + text + '"').getBytes(StandardCharsets.UTF_8);
        return new ServerMessage.Message(LOG, "alice", new Payload(Payload.Kind.TEXT, json), 1, offset);
    }

    private void restart(String... settings) {
        rig.close();
        rig = HttpRig.with(settings);
    }
}
