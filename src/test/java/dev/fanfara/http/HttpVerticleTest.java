package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpVerticleTest {
    private HttpRig rig = HttpRig.with("server.allowedOrigins=[\"https://dash.example.com\"]");

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void statisticsAreTheSumOfAllLoops() {
        HttpResponse<String> answer = rig.get("/api/stats");

        JsonObject stats = new JsonObject(answer.body());
        assertThat(stats.remove("uptime")).isInstanceOf(Integer.class);
        assertThat(stats)
                .isEqualTo(
                        new JsonObject("{'connections':10,'rooms':4,'nodes':1,'messagesReceived':20,'messagesSent':40,"
                                        .replace('\'', '"')
                                + "\"complete\":true,\"missing\":[]}"));
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/index.html, text/html; charset=utf-8",
        "/deep/app.js, text/javascript; charset=utf-8",
    })
    void staticFileHasItsTypeAndItsTag(String path, String type) {
        HttpResponse<String> first = rig.get(path);
        String tag = first.headers().firstValue("ETag").orElseThrow();

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("Content-Type")).contains(type);
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(rig.get(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
        assertThat(rig.get(path, "If-None-Match", "W/" + tag).statusCode()).isEqualTo(304);
        assertThat(rig.get(path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);

        HttpResponse<String> head = rig.send("HEAD", path, null);
        assertThat(head.headers().firstValue("Content-Length"))
                .contains(Integer.toString(first.body().length()));
        assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics", "/health/live", "/health/ready", "/admin", "/admin/", "//admin", "/..;/admin",
                        "/admin/api/x",
                "/deep", "/deep/", "/../index.html", "/%2e%2e/index.html", "/deep/%2e%2e/index.html", "/api", "/api/",
                        "/debug",
                "/config", "/.git/config", "/nothing",
            })
    void whatIsNotThereIsNotFound(String path) {
        PublishApiTest.assertProblem(rig.get(path), 404, "bad-request", "There is nothing here");
    }

    @Test
    void brokenEscapeIsABadRequest() {
        try (RawClient client = rig.raw()) {
            String answer = client.send("GET /api/rooms/%zz/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .untilClosed();

            assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json", "nosniff");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /api/rooms/a/messages | GET, HEAD, OPTIONS, POST",
                "POST | /api/rooms/a/state | GET, HEAD, OPTIONS, PATCH",
                "DELETE | /api/broadcast | OPTIONS, POST",
                "POST | /api/stats | GET, HEAD, OPTIONS",
                "POST | / | GET, HEAD",
            })
    void wrongMethodIsToldTheRightOnes(String method, String path, String allowed) {
        HttpResponse<String> answer = rig.send(method, path, null);

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains(allowed);
        assertThat(rig.send("OPTIONS", path, null).statusCode()).isIn(204, 405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/stats", "/nothing", "/api/rooms/a/messages"})
    void everyAnswerTellsBrowsersWhatNotToDo(String path) {
        var headers = rig.get(path).headers();

        assertThat(headers.firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains(
                                "default-src 'self'",
                                "object-src 'none'",
                                "frame-ancestors 'self'",
                                "connect-src 'self' ws: wss:"));
        assertThat(headers.map())
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("x-frame-options", List.of("SAMEORIGIN"))
                .containsEntry("referrer-policy", List.of("no-referrer"))
                .containsEntry("strict-transport-security", List.of("max-age=31536000; includeSubDomains"))
                .containsEntry("cross-origin-opener-policy", List.of("same-origin"))
                .containsEntry("cross-origin-resource-policy", List.of("same-origin"))
                .containsEntry("origin-agent-cluster", List.of("?1"))
                .containsEntry("x-dns-prefetch-control", List.of("off"))
                .containsEntry("x-download-options", List.of("noopen"))
                .containsEntry("x-permitted-cross-domain-policies", List.of("none"))
                .containsEntry("x-xss-protection", List.of("0"))
                .doesNotContainKey("server")
                .doesNotContainKey("x-powered-by");
    }

    @Test
    void listedSiteMayCallTheApi() {
        HttpResponse<String> preflight = rig.send(
                "OPTIONS",
                "/api/rooms/a/messages",
                null,
                "Origin",
                "https://dash.example.com",
                "Access-Control-Request-Method",
                "POST");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .contains("https://dash.example.com");
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(headers -> assertThat(headers).contains("Authorization"));
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();

        assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("PATCH"));

        HttpResponse<String> post =
                rig.post("/api/rooms/a/messages", "{\"text\":\"a\"}", "Origin", "https://dash.example.com");
        assertThat(post.statusCode()).isEqualTo(200);
        assertThat(post.headers().firstValue("Access-Control-Allow-Origin")).contains("https://dash.example.com");
        assertThat(post.headers().firstValue("Vary")).contains("origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.tld", "null", "http://dash.example.com", "https://dash.example.com.evil.tld"})
    void otherSiteMayNot(String origin) {
        HttpResponse<String> preflight =
                rig.send("OPTIONS", "/api/broadcast", null, "Origin", origin, "Access-Control-Request-Method", "POST");
        HttpResponse<String> post = rig.post("/api/broadcast", "{\"text\":\"a\"}", "Origin", origin);
        HttpResponse<String> get = rig.get("/api/stats", "Origin", origin);

        assertThat(preflight.statusCode()).isEqualTo(403);
        assertThat(post.statusCode()).isEqualTo(403);
        assertThat(rig.announced).isEmpty();
        assertThat(List.of(preflight, post, get))
                .allSatisfy(answer -> assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                        .isEmpty());
    }

    @Test
    void ownPageMayCallTheApi() {
        HttpResponse<String> answer =
                rig.post("/api/broadcast", "{\"text\":\"a\"}", "Origin", "http://127.0.0.1:" + rig.port());

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void oneRequestTooManyIsRefusedUntilTheWindowEnds() {
        restart("limits.requestsPerIp=3/1h");

        for (int i = 0; i < 3; i++) {
            assertThat(rig.get("/").statusCode()).isEqualTo(200);
        }
        HttpResponse<String> tooMany = rig.get("/", "X-Forwarded-For", "198.51.100.7");

        PublishApiTest.assertProblem(tooMany, 429, "rate-limited", "Rate limit exceeded");
        assertThat(Long.parseLong(tooMany.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(3590L, 3600L);
        assertThat(rig.limited).containsExactly("requests");
    }

    @Test
    void clientsBehindATrustedProxyAreCountedApart() {
        restart("limits.requestsPerIp=1/1h", "server.trustedProxies=[\"127.0.0.0/8\"]");

        assertThat(rig.get("/", "X-Forwarded-For", "198.51.100.1").statusCode()).isEqualTo(200);
        assertThat(rig.get("/", "X-Forwarded-For", "198.51.100.2").statusCode()).isEqualTo(200);
        assertThat(rig.get("/", "X-Forwarded-For", "6.6.6.6, 198.51.100.1").statusCode())
                .isEqualTo(429);
    }

    @Test
    void newLimitCountsAtOnce() {
        restart("limits.requestsPerIp=1/1h");
        assertThat(rig.get("/").statusCode()).isEqualTo(200);
        assertThat(rig.get("/").statusCode()).isEqualTo(429);

        rig.reload("limits.requestsPerIp=2/1h");

        assertThat(rig.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void drainingNodeAnswersAndSaysGoodbye() {
        rig.draining.set(true);
        try (RawClient client = rig.raw()) {
            String answer =
                    client.send("GET /deep/app.js HTTP/1.1\r\nHost: x\r\n\r\n").untilClosed();

            assertThat(answer).startsWith("HTTP/1.1 200 ").containsIgnoringCase("\r\nconnection: close\r\n");
            assertThat(answer).endsWith("export const here = true;\n");
        }
    }

    @Test
    void whileMemoryIsLowNothingBecomesAConnectionAndRequestsAreServed() {
        String upgrade = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        rig.memory.heap().collected(85, 100);
        try (RawClient client = rig.raw()) {
            assertThat(client.send(upgrade).until("\"}"))
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("Retry-After: 5");
            assertThat(client.send("GET /api/stats HTTP/1.1\r\nHost: x\r\n\r\n").until("}"))
                    .contains(" 200 OK");
            assertThat(client.send("GET /sse?room=a HTTP/1.1\r\nHost: x\r\n\r\n")
                            .until("\"}"))
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("Retry-After: 5");
        }
        rig.memory.heap().collected(50, 100);
        try (RawClient client = rig.raw()) {
            assertThat(client.send(upgrade).until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void anAddressHasSoManySocketsThatSpeakHttp() {
        restart("limits.connectionsPerIp=1");
        String local = "127.0.0.1";
        List<RawClient> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                idle.add(rig.raw());
            }
            Eventually.holds(() -> assertThat(rig.sockets.open(local)).isEqualTo(1_000));
            try (RawClient oneMore = rig.raw()) {
                assertThat(oneMore.untilClosed()).isEmpty();
            }
            assertThat(rig.limited).contains("connections");
        } finally {
            idle.forEach(RawClient::close);
        }
        Eventually.holds(() -> assertThat(rig.sockets.open(local)).isZero());
    }

    @Test
    void whatBecomesAWebSocketCountsNoMoreAsASocketThatSpeaksHttp() {
        try (RawClient client = rig.raw()) {
            client.send("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .until("\r\n\r\n");
            Eventually.holds(() -> assertThat(rig.sockets.open("127.0.0.1")).isZero());
        }
    }

    @Test
    void connectionHeaderIsAList() {
        try (RawClient client = rig.raw()) {
            String answer = client.send("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: te, close\r\n\r\n")
                    .untilClosed();

            assertThat(answer).startsWith("HTTP/1.1 404 ").containsIgnoringCase("\r\nconnection: close\r\n");
        }
    }

    @Test
    void oldClientWithoutHostIsServed() {
        try (RawClient client = rig.raw()) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").untilClosed()).contains(" 200 OK");
        }
    }

    private void restart(String... settings) {
        rig.close();
        rig = HttpRig.with(settings);
    }
}
