package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.EngineClient;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.RawSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may begin a session of Engine.IO, and who may speak for one that has begun. */
class EngineSessionIT {
    private static final String PATH = "/socket.io/";
    private static final String HANDSHAKE = PATH + "?EIO=4&transport=polling";
    private static final String UNKNOWN = "{\"code\":1,\"message\":\"Session ID unknown\"}";
    private static final String AUTHORIZATION = "Authorization";
    private static final int SESSIONS = 20;

    @TempDir
    private static Path directory;

    private static GatewayProcess gateway;

    private final List<EngineClient> opened = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        JsonObject key =
                new JsonObject().put("algorithms", new JsonArray().add("HS256")).put("secret", Jwt.SECRET);
        JsonObject config = new JsonObject()
                .put(
                        "server",
                        new JsonObject()
                                .put("eventLoops", 2)
                                .put("allowedOrigins", new JsonArray().add("https://dash.example")))
                .put("auth", new JsonObject().put("keys", new JsonArray().add(key)))
                .put(
                        "limits",
                        new JsonObject().put("connectionsPerIp", SESSIONS).put("requestsPerIp", "100/1m"))
                .put("rooms", new JsonArray().add(new JsonObject().put("match", "**")));
        Path file = Files.writeString(directory.resolve("fanfara.json"), config.encode());
        gateway = GatewayProcess.start("--no-demo", "-c", file.toString());
    }

    @AfterAll
    static void stop() {
        assertThat(gateway.output()).doesNotContain(Jwt.of("x").substring(0, 36));
        gateway.close();
    }

    @AfterEach
    void sayGoodbye() {
        opened.forEach(client -> client.post("1"));
    }

    private EngineClient open(String... headers) {
        EngineClient client = EngineClient.open(List.of(gateway), PATH, headers);
        opened.add(client);
        return client;
    }

    private static String bearer(String user) {
        return "Bearer " + Jwt.of(user);
    }

    /** It is there, and its client hears what it said itself. */
    private static void assertUnaffected(EngineClient client) {
        client.says("40");
        assertThat(client.hears()).startsWith("40{\"sid\":");
    }

    // Who may speak for it

    @Test
    void whatBeganWithATokenTakesItAndNoOther() {
        EngineClient alice = open(AUTHORIZATION, bearer("alice"));

        for (String[] shown :
                new String[][] {{}, {AUTHORIZATION, bearer("mallory")}, {AUTHORIZATION, "Bearer a.b.c"}}) {
            assertThat(alice.poll(shown).body()).isEqualTo(UNKNOWN);
            assertThat(alice.post("41", shown).body()).isEqualTo(UNKNOWN);
        }

        assertUnaffected(alice);
        assertThat(gateway.output()).doesNotContain(alice.sid());
    }

    @Test
    void aWebSocketOfSomebodyElseIsRefusedBeforeTheUpgrade() {
        EngineClient alice = open(AUTHORIZATION, bearer("alice"));
        String upgrade = PATH + "?EIO=4&transport=websocket&sid=" + alice.sid();

        try (RawSocket mallory = RawSocket.connect(gateway.port());
                RawSocket nobody = RawSocket.connect(gateway.port())) {
            assertThat(mallory.requestUpgrade(upgrade + "&token=" + Jwt.of("mallory")))
                    .startsWith("HTTP/1.1 400 ");
            assertThat(nobody.requestUpgrade(upgrade)).startsWith("HTTP/1.1 400 ");
        }

        assertUnaffected(alice);
        try (RawSocket hers = alice.socket()) {
            hers.says("2probe");
            assertThat(hers.readUntil(RawSocket.TEXT).text()).isEqualTo("3probe");
        }
    }

    @Test
    void aNewerTokenOfTheSameUserIsAsGood() {
        EngineClient alice = open(AUTHORIZATION, bearer("alice"));
        String newer = "Bearer " + Jwt.signed(Jwt.SECRET, Jwt.claims("alice", 4000));
        assertThat(alice.poll(AUTHORIZATION, newer).body()).isEqualTo(UNKNOWN); // nobody knows yet whose it is
        assertUnaffected(alice);

        assertThat(alice.post("3", AUTHORIZATION, newer).body()).isEqualTo("ok");

        assertThat(alice.post("3", AUTHORIZATION, "Bearer " + Jwt.signed(Jwt.SECRET, Jwt.claims("alice", -600)))
                        .body())
                .isEqualTo(UNKNOWN);
        assertThat(alice.post("3").body()).isEqualTo("ok");
    }

    @Test
    void whoWasNamedLaterIsNotTakenForSomebodyElse() {
        EngineClient alice = open();
        alice.says("40{\"token\":\"" + Jwt.of("alice") + "\"}");
        assertThat(alice.hears()).startsWith("40{\"sid\":");

        assertThat(alice.post("3", AUTHORIZATION, bearer("mallory")).body()).isEqualTo(UNKNOWN);
        assertThat(alice.post("3", AUTHORIZATION, bearer("alice")).body()).isEqualTo("ok");
        assertThat(alice.post("3").body()).isEqualTo("ok");
    }

    @Test
    void aSidThatIsNearlyRightIsUnknown() {
        EngineClient alice = open();
        String sid = alice.sid();
        String other = (sid.charAt(0) == 'A' ? "B" : "A") + sid.substring(1);

        assertThat(gateway.get(HANDSHAKE + "&sid=" + other).body()).isEqualTo(UNKNOWN);

        assertUnaffected(alice);
    }

    // Who may begin one

    @Test
    void pagesOfOtherSitesMayNot() {
        for (String method : List.of("GET", "POST", "OPTIONS")) {
            try (RawSocket page = RawSocket.connect(gateway.port())) {
                page.write((method + " " + HANDSHAKE
                                + " HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
                                + "Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                assertThat(page.readHead() + page.readRest())
                        .startsWith("HTTP/1.1 403 ")
                        .doesNotContainIgnoringCase("access-control-allow")
                        .endsWith("{\"code\":4,\"message\":\"Forbidden\"}");
            }
        }
        try (RawSocket page = RawSocket.connect(gateway.port())) {
            assertThat(page.requestUpgrade(PATH + "?EIO=4&transport=websocket", "Origin: https://evil.example"))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void pagesOfSitesThatAreNamedMay() {
        EngineClient page = open("Origin", "https://dash.example");

        HttpResponse<String> answer = page.post("40");

        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("https://dash.example");
        assertThat(answer.headers().firstValue("access-control-allow-credentials"))
                .isEmpty();
        assertThat(page.poll().headers().firstValue("access-control-allow-origin"))
                .hasValue("https://dash.example");
    }

    @Test
    void anAddressHasSoManySessions() {
        for (int i = 0; i < SESSIONS; i++) {
            open();
        }
        HttpResponse<String> oneMore = gateway.get(HANDSHAKE);
        assertThat(oneMore.statusCode()).isEqualTo(429);
        assertThat(oneMore.headers().firstValue("Retry-After")).isPresent();
        assertThat(oneMore.headers().firstValue("content-type")).hasValue("application/problem+json");
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            assertThat(socket.requestUpgrade(PATH + "?EIO=4&transport=websocket"))
                    .startsWith("HTTP/1.1 429 ");
        }

        opened.get(0).says("1");

        Eventually.holds(() -> assertThat(gateway.get(HANDSHAKE).statusCode()).isEqualTo(200));
    }

    @Test
    void requestsOfASessionDoNotCountAndThoseOfNoneDo() throws Exception {
        try (GatewayProcess strict = GatewayProcess.start("--no-demo", "--set", "limits.requestsPerIp=30/10m")) {
            EngineClient client = EngineClient.open(List.of(strict), PATH);
            client.says("40");
            for (int i = 0; i < 60; i++) {
                client.says("3");
            }
            assertThat(client.hears()).startsWith("40{");

            int unknown = 0;
            while (unknown < 100
                    && strict.get(HANDSHAKE + "&sid=" + client.sid().replace('.', 'x'))
                                    .statusCode()
                            == 400) {
                unknown++;
            }

            assertThat(unknown).isBetween(25, 30);
            assertThat(strict.get(HANDSHAKE).statusCode()).isEqualTo(429);
            client.says("3");
        }
    }

    @Test
    void aPollerThatGoesAwayTakesItsSessionWithIt() {
        EngineClient client = open();
        try (RawSocket poller = RawSocket.connect(gateway.port())) {
            poller.write(("GET " + HANDSHAKE + "&sid=" + client.sid() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            // Nothing tells when a poll waits; one that goes before it does would take nothing with it.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        Eventually.holds(() -> assertThat(client.post("3").body()).isEqualTo(UNKNOWN));
    }

    @Test
    void aBodyThatNeverEndsIsGivenUpAndItsSessionWithIt() {
        EngineClient client = open();
        try (RawSocket slow = RawSocket.connect(gateway.port())) {
            slow.write(("POST " + HANDSHAKE + "&sid=" + client.sid()
                            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n4")
                    .getBytes(StandardCharsets.ISO_8859_1));

            assertThat(slow.readHead()).startsWith("HTTP/1.1 408 ");
        }
        Eventually.holds(() -> assertThat(client.poll().body()).isEqualTo(UNKNOWN));
    }

    @Test
    void assetsOfThePathAreServed() {
        // Whether there are any depends on the build; a path below is no handshake.
        assertThat(gateway.get(PATH + "no-such-file.js").statusCode()).isEqualTo(404);
    }

    @Test
    void aDrainingNodeBeginsNoSessionAndTellsThoseItHas() throws Exception {
        try (GatewayProcess leaving =
                GatewayProcess.start("--no-demo", "--set", "drain.window=3s", "--set", "server.eventLoops=1")) {
            List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                EngineClient client = EngineClient.open(List.of(leaving), PATH).says("40");
                assertThat(client.hears()).startsWith("40{");
                polls.add(client.pollLater());
            }

            leaving.signal("TERM");

            CompletableFuture.anyOf(polls.toArray(new CompletableFuture<?>[0])).get(10, TimeUnit.SECONDS);
            HttpResponse<String> refused = leaving.get(HANDSHAKE);
            for (CompletableFuture<HttpResponse<String>> poll : polls) {
                assertThat(poll.get(10, TimeUnit.SECONDS).body().split("\u001e"))
                        .contains("1");
            }
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(leaving.awaitExit(15)).isZero();
        }
    }
}
