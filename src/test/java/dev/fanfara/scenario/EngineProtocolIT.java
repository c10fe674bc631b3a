package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.EngineClient;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Engine.IO protocol 4 against the echo of conformance mode: what the protocol's own test suite asks, and what a client can
 * do wrong. On three event loops, so that most requests arrive on another than their session's.
 */
class EngineProtocolIT {
    private static final String PATH = "/engine.io/";
    private static final String SOCKET = PATH + "?EIO=4&transport=websocket";
    private static final String UNKNOWN = "{\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final String BAD_REQUEST = "{\"code\":3,\"message\":\"Bad request\"}";

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start("--conformance", "--no-demo", "--set", "server.eventLoops=3");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static EngineClient open() {
        return EngineClient.open(List.of(gateway), PATH);
    }

    private static String text(RawSocket socket) {
        return socket.readUntil(RawSocket.TEXT).text();
    }

    /** A session on a WebSocket from the beginning. */
    private static RawSocket opened() {
        RawSocket socket = RawSocket.upgraded(gateway.port(), SOCKET);
        assertThat(text(socket)).startsWith("0{");
        return socket;
    }

    // Handshake

    @ParameterizedTest
    @ValueSource(strings = {"/engine.io/", "/engine.io"})
    void aHandshakeTellsTheSessionAndItsTerms(String path) {
        HttpResponse<String> answer = gateway.get(path + "?EIO=4&transport=polling");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; charset=UTF-8");
        assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
        JsonObject terms = new JsonObject(answer.body().substring(1));
        assertThat(answer.body()).startsWith("0{");
        assertThat(terms.fieldNames()).containsExactly("sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload");
        assertThat(terms.getJsonArray("upgrades")).containsExactly("websocket");
        assertThat(terms.getInteger("pingInterval")).isEqualTo(300);
        assertThat(terms.getInteger("pingTimeout")).isEqualTo(200);
        assertThat(terms.getInteger("maxPayload")).isEqualTo(1_000_000);
    }

    @Test
    void aWebSocketIsToldTheSameAndNothingMore() throws IOException {
        try (RawSocket socket = RawSocket.upgraded(gateway.port(), SOCKET)) {
            JsonObject terms = new JsonObject(text(socket).substring(1));

            assertThat(terms.getJsonArray("upgrades")).isEmpty();
            assertThat(terms.getString("sid")).isNotEmpty();
            assertThat(socket.read().text()).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | transport=polling                 | 400 | 5 | Unsupported protocol version",
                "GET    | EIO=abc&transport=polling         | 400 | 5 | Unsupported protocol version",
                "GET    | EIO=3&transport=polling           | 400 | 5 | Unsupported protocol version",
                "GET    | EIO=4                             | 400 | 0 | Transport unknown",
                "GET    | EIO=4&transport=abc               | 400 | 0 | Transport unknown",
                "GET    | EIO=4&transport=websocket         | 400 | 3 | Bad request",
                "POST   | EIO=4&transport=polling           | 400 | 2 | Bad handshake method",
                "PUT    | EIO=4&transport=polling           | 400 | 2 | Bad handshake method",
                "DELETE | EIO=4&transport=polling           | 400 | 2 | Bad handshake method",
                "GET    | EIO=4&transport=polling&sid=abc   | 400 | 1 | Session ID unknown",
                "GET    | EIO=4&transport=polling&sid=      | 400 | 1 | Session ID unknown",
                "POST   | EIO=4&transport=polling&sid=abc   | 400 | 1 | Session ID unknown",
                "GET    | EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAAAAAA.0.nowhere | 400 | 1 | Session ID unknown",
                "GET    | EIO=4&transport=polling&sid=a&sid=b | 400 | 3 | Bad request",
                "GET    | EIO=4&transport=polling&x=%zz     | 400 | 3 | Bad request",
            })
    void whatIsNoHandshakeIsRefused(String method, String query, int status, int code, String message)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(gateway.url() + PATH)).build();
        String answer;
        try (RawSocket raw = RawSocket.connect(gateway.port())) {
            raw.write((method + " " + request.uri().getRawPath() + "?" + query
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            answer = raw.readHead() + raw.readRest();
        }

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("application/json")
                .endsWith("{\"code\":" + code + ",\"message\":\"" + message + "\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?transport=websocket",
                "?EIO=abc&transport=websocket",
                "?EIO=4",
                "?EIO=4&transport=abc",
                "?EIO=4&transport=polling",
                "?EIO=4&transport=websocket&sid=abc"
            })
    void whatIsNoUpgradeIsRefusedBeforeIt(String query) {
        try (RawSocket raw = RawSocket.connect(gateway.port())) {
            assertThat(raw.requestUpgrade(PATH + query)).startsWith("HTTP/1.1 400 ");
        }
    }

    // Messages

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "4test1|4test2|4test3", "4hello|bAQIDBA==", "4", "4é€😀"})
    void theEchoesOfOnePostComeInOnePoll(String payload) {
        EngineClient client = open();

        assertThat(client.says(payload).hears()).isEqualTo(payload);
    }

    @Test
    void aPollThatWaitsGetsAllOfAPost() throws Exception {
        EngineClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.pollLater();

        client.says("4a|4b|4c");

        assertThat(poll.get(5, TimeUnit.SECONDS).body().replace('\u001e', '|')).isIn("4a|4b|4c", "2");
    }

    @Test
    void manyPostsKeepTheirOrder() {
        EngineClient client = open();
        StringBuilder said = new StringBuilder();
        StringBuilder heard = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            client.says("4a" + i + "|4b" + i);
            said.append("4a").append(i).append("4b").append(i);
            for (String packet : client.hears().split("\\|", -1)) {
                if (packet.equals("2")) {
                    client.says("3");
                } else {
                    heard.append(packet);
                }
            }
        }

        assertThat(said.toString()).startsWith(heard.toString());
        assertThat(heard).hasSizeGreaterThan(said.length() - 40);
    }

    @Test
    void anAnswerToAPostIsInSmallLetters() {
        HttpResponse<String> answer = open().post("4a");

        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/html");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "4a||4b", "2", "7", "b?"})
    void aPacketThatIsNoneEndsTheSession(String payload) {
        EngineClient client = open();

        assertThat(client.post(payload.replace('|', '\u001e')).statusCode()).isEqualTo(400);

        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void binaryBodiesAreOfAnOlderProtocol() {
        EngineClient client = open();

        assertThat(client.post("4a", "Content-Type", "application/octet-stream").statusCode())
                .isEqualTo(400);

        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void aBodyThatIsTooLargeEndsTheSession() {
        EngineClient client = open();

        assertThat(client.says("4" + "a".repeat(999_999)).hears()).hasSize(1_000_000);
        assertThat(client.post("4" + "a".repeat(1_000_000)).statusCode()).isEqualTo(413);

        Eventually.holds(() -> assertThat(client.poll().body()).isEqualTo(UNKNOWN));
    }

    @Test
    void aBodyOfUnknownLengthIsCutWhereItBecomesTooLarge() throws Exception {
        EngineClient client = open();
        HttpRequest chunked = HttpRequest.newBuilder(
                        URI.create(gateway.url() + PATH + "?EIO=4&transport=polling&sid=" + client.sid()))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() ->
                        new java.io.ByteArrayInputStream("4".repeat(2_000_000).getBytes())))
                .build();

        assertThat(HttpClient.newHttpClient()
                        .send(chunked, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(413);

        Eventually.holds(() -> assertThat(client.poll().body()).isEqualTo(UNKNOWN));
    }

    @Test
    void amegabyteOfSeparatorsIsRefusedAtOnce() {
        EngineClient client = open();

        assertThat(client.post("\u001e".repeat(1_000_000)).statusCode()).isEqualTo(400);
    }

    @Test
    void aSecondPollEndsTheSession() throws Exception {
        EngineClient client = open();
        CompletableFuture<HttpResponse<String>> first = client.pollLater();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));

        assertThat(client.poll().statusCode()).isEqualTo(400);

        assertThat(first.get(5, TimeUnit.SECONDS).body()).isEqualTo("1");
        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void aSecondPostEndsTheSession() throws Exception {
        EngineClient client = open();
        try (RawSocket half = RawSocket.connect(gateway.port())) {
            half.write(("POST " + PATH + "?EIO=4&transport=polling&sid=" + client.sid()
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n4a")
                    .getBytes());
            Eventually.holds(() -> assertThat(client.post("6").statusCode()).isEqualTo(400));
        }

        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void aWebSocketEchoesTextAndBinary() {
        try (RawSocket socket = opened()) {
            socket.says("4hello");
            assertThat(text(socket)).isEqualTo("4hello");
            socket.sends(true, RawSocket.BINARY, new byte[] {1, 2, 3, 4});
            assertThat(socket.readUntil(RawSocket.BINARY).payload()).containsExactly(1, 2, 3, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "2", "7"})
    void aPacketThatIsNoneEndsTheWebSocket(String packet) {
        try (RawSocket socket = opened()) {
            socket.says(packet);

            assertThat(socket.readCloseCode()).isEqualTo(1002);
        }
    }

    // Heartbeat

    @Test
    void whoPollsIsAskedForLifeAndAnswers() {
        EngineClient client = open();
        for (int i = 0; i < 4; i++) {
            assertThat(client.hears()).isEqualTo("2");
            client.says("3");
        }
    }

    @Test
    void whoPollsAndDoesNotAnswerIsGoneInTime() {
        EngineClient client = open();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));

        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void aWebSocketIsAskedForLifeAndAnswers() {
        try (RawSocket socket = opened()) {
            for (int i = 0; i < 4; i++) {
                assertThat(text(socket)).isEqualTo("2");
                socket.says("3");
            }
        }
    }

    @Test
    void aWebSocketThatDoesNotAnswerIsClosed() {
        try (RawSocket socket = opened()) {
            assertThat(text(socket)).isEqualTo("2");
            assertThat(socket.readCloseCode()).isEqualTo(4003);
        }
    }

    // The end

    @Test
    void aGoodbyeReleasesThePollThatWaits() throws Exception {
        EngineClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.pollLater();

        assertThat(client.post("1").body()).isEqualTo("ok");

        HttpResponse<String> last = poll.get(5, TimeUnit.SECONDS);
        assertThat(last.statusCode()).isEqualTo(200);
        assertThat(last.body()).isEqualTo("6");
        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void afterAGoodbyeThereIsNoSession() {
        EngineClient client = open();
        client.says("1");

        assertThat(client.poll().body()).isEqualTo(UNKNOWN);
    }

    @Test
    void aGoodbyeOnAWebSocketEndsIt() {
        try (RawSocket socket = opened()) {
            socket.says("1");

            assertThat(socket.readCloseCode()).isEqualTo(1000);
        }
    }

    // Upgrade

    private static RawSocket probed(EngineClient client) {
        RawSocket socket = client.socket();
        socket.says("2probe");
        assertThat(text(socket)).isEqualTo("3probe");
        return socket;
    }

    @Test
    void aSessionGoesOnOnItsWebSocket() {
        EngineClient client = open();
        try (RawSocket socket = probed(client)) {
            String released = client.hears();
            assertThat(released).isIn("6", "2");

            socket.says("5");
            if (released.equals("2")) {
                socket.says("3"); // a slow machine: the first ping was due
            }
            socket.says("4hello");

            assertThat(text(socket)).isEqualTo("4hello");
            assertThat(client.poll().body()).isEqualTo(BAD_REQUEST);
            assertThat(client.post("4a").body()).isEqualTo(BAD_REQUEST);
            for (int i = 0; i < 3; i++) {
                assertThat(text(socket)).isEqualTo("2");
                socket.says("3");
            }
        }
    }

    @Test
    void aPollThatWaitsIsReleasedByTheProbe() throws Exception {
        EngineClient client = open();
        CompletableFuture<HttpResponse<String>> poll = client.pollLater();
        try (RawSocket socket = probed(client)) {
            assertThat(poll.get(5, TimeUnit.SECONDS).body()).isIn("6", "2");
        }
    }

    @Test
    void nothingIsLostOrReorderedByAnUpgrade() {
        for (int round = 0; round < 10; round++) {
            EngineClient client = open();
            List<String> heard = new ArrayList<>();
            client.says("4a|4b");
            try (RawSocket socket = probed(client)) {
                client.says("4c");
                heard.addAll(List.of(client.hears().split("\\|", -1)));
                client.says("4d");
                socket.says("5").says("4e");
                while (!heard.contains("4e")) {
                    heard.add(text(socket));
                }
            }
            heard.remove("2");
            assertThat(heard).containsExactly("4a", "4b", "4c", "4d", "4e");
        }
    }

    @Test
    void afterTheUpgradeOtherRequestsDoNotDisturbTheSession() {
        EngineClient client = open();
        try (RawSocket socket = client.socket()) {
            socket.says("2probe").says("5");
            assertThat(text(socket)).isEqualTo("3probe");
            Eventually.holds(() -> assertThat(client.poll().statusCode()).isEqualTo(400));
            try (RawSocket second = client.socket()) {
                assertThat(second.readCloseCode()).isEqualTo(1000);
            }
            socket.says("4hello");

            assertThat(text(socket)).isEqualTo("4hello");
        }
    }

    @Test
    void oneWebSocketAtATimeIsTried() {
        EngineClient client = open();
        try (RawSocket socket = probed(client);
                RawSocket second = client.socket()) {
            assertThat(second.readCloseCode()).isEqualTo(1000);
            socket.says("5").says("4hello");
            assertThat(text(socket)).isEqualTo("4hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4hello", "2", "2probes", "3", "abc"})
    void aWebSocketThatSaysSomethingElseThanProbeIsClosedAndTheSessionPollsOn(String packet) {
        EngineClient client = open();
        try (RawSocket socket = client.socket()) {
            socket.says(packet);
            assertThat(socket.readCloseCode()).isEqualTo(1000);
        }

        client.says("4still");
        assertThat(client.hears()).endsWith("4still");
        try (RawSocket another = probed(client)) {
            another.says("5").says("4here");
            assertThat(text(another)).isEqualTo("4here");
        }
    }

    @Test
    void aProbeThatBreaksLeavesTheSessionAlone() {
        EngineClient client = open();
        probed(client).close();

        client.says("4still");
        assertThat(client.hears().split("\\|", -1)).endsWith("4still");
    }

    @Test
    void theEndOfAnUpgradedWebSocketEndsTheSession() {
        EngineClient client = open();
        try (RawSocket socket = probed(client)) {
            socket.says("5").says("4hello");
            assertThat(text(socket)).isEqualTo("4hello");
        }

        Eventually.holds(() -> assertThat(client.poll().body()).isEqualTo(UNKNOWN));
    }

    @Test
    void manyAndLargeMessagesPassAnUpgradedWebSocketInOrder() {
        EngineClient client = open();
        try (RawSocket socket = probed(client)) {
            socket.says("5");
            for (int i = 0; i < 40; i++) {
                socket.says("4" + i + "x".repeat(50_000));
            }
            for (int i = 0; i < 40; i++) {
                String next = text(socket);
                if (next.equals("2")) {
                    socket.says("3");
                    next = text(socket);
                }
                assertThat(next).startsWith("4" + i + "x").hasSizeGreaterThan(50_000);
            }
        }
    }

    // Pages

    @Test
    void pagesOfAnySiteMayUseIt() {
        HttpResponse<String> answer =
                gateway.get(PATH + "?EIO=4&transport=polling", "Origin", "https://elsewhere.example");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("https://elsewhere.example");
    }

    @Test
    void webSocketsAreCounted() {
        try (RawSocket socket = opened()) {
            Eventually.holds(
                    () -> assertThat(gateway.metric("websocket_connections")).isPositive());
        }
        Eventually.holds(
                () -> assertThat(gateway.metric("websocket_connections")).isZero());
    }
}
