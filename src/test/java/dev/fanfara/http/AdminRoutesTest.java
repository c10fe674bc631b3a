package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.metrics.VertxMeters;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminRoutesTest {
    private static final String TOKEN = "0123456789abcdef0123";
    private static final String LOCAL = "Host: localhost";

    private @Nullable HttpRig rig;
    private int port;

    private HttpRig start(String... settings) {
        HttpRig started = HttpRig.with(settings);
        rig = started;
        ManagementVerticle verticle = new ManagementVerticle(
                started.parts, VertxMeters.registry(), HttpRig.operations(new Health(List.of(), List.of(), List.of())));
        started.vertx.deployVerticle(verticle).await();
        port = verticle.port();
        return started;
    }

    private HttpRig startWithToken() {
        return start("management.adminToken=" + TOKEN);
    }

    @AfterEach
    void stop() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    void administratorMayWhatTheApiCan() {
        startWithToken();

        assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 200");
        assertThat(ask("GET", "/admin/api/nothing", LOCAL, "Authorization: bearer " + TOKEN))
                .startsWith("HTTP/1.1 404")
                .contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: shown",
                "Authorization: Bearer 0123456789abcdef012",
                "Authorization: Bearer 0123456789abcdef01234",
                "Authorization: Basic 0123456789abcdef0123",
                "Authorization: Bearer 0123456789abcdef0123\r\nAuthorization: Bearer x",
                "X-API-Key: 0123456789abcdef0123"
            })
    void nobodyElseMay(String header) {
        startWithToken();

        assertThat(ask("GET", "/admin/api/stats", LOCAL, header))
                .startsWith("HTTP/1.1 401")
                .containsIgnoringCase("WWW-Authenticate: Bearer");
    }

    @Test
    void whoGuessesIsStoppedEvenWhenHeIsRight() {
        startWithToken();
        for (int i = 0; i < 10; i++) {
            assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer guess-" + i))
                    .startsWith("HTTP/1.1 401");
        }

        assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 429")
                .containsIgnoringCase("Retry-After: ");
    }

    @Test
    void toAskWithoutATokenIsNoGuess() {
        startWithToken();
        for (int i = 0; i < 20; i++) {
            ask("GET", "/admin/api/stats", LOCAL);
        }

        assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void tokenIsHot() {
        HttpRig rig = startWithToken();

        rig.reload("management.adminToken=another-0123456789");

        assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 401");
        assertThat(ask("GET", "/admin/api/stats", LOCAL, "Authorization: Bearer another-0123456789"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:9090", "localhost:9090", "[::1]:9090", "LOCALHOST"})
    void withoutATokenThisMachineMay(String host) {
        start();

        assertThat(ask("GET", "/admin/api/stats", "Host: " + host)).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: rebound.example.com", // a stranger's name that points here now
                "Host: 127.0.0.1.example.com",
                "Host: 10.0.0.1",
                "Host: localhost\r\nX-Forwarded-For: 192.0.2.1", // a proxy on this machine, open to the world
                "Host: localhost\r\nForwarded: for=192.0.2.1",
                "Host: localhost:9090\r\nOrigin: https://evil.example.com",
                "Host: localhost:9090\r\nOrigin: http://localhost:8080",
                "Host: localhost:9090\r\nOrigin: null",
                "Host: localhost:9090\r\nSec-Fetch-Site: cross-site",
                "Host: localhost:9090\r\nSec-Fetch-Site: same-site"
            })
    void withoutATokenNobodyElseMay(String headers) {
        start();

        assertThat(ask("GET", "/admin/api/stats", headers))
                .startsWith("HTTP/1.1 403")
                .contains("\"code\":\"forbidden\"");
        assertThat(ask("POST", "/admin/api/broadcast", headers, "Content-Type: application/json", "Content-Length: 0"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void itsOwnPageMay() {
        start();

        assertThat(ask(
                        "GET",
                        "/admin/api/stats",
                        "Host: localhost:9090",
                        "Origin: http://localhost:9090",
                        "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void withoutATokenThereIsNothingButOnLoopback() {
        start("management.host=0.0.0.0");

        assertThat(ask("GET", "/admin/", LOCAL)).startsWith("HTTP/1.1 403");
        assertThat(ask("GET", "/admin/api/stats", LOCAL)).startsWith("HTTP/1.1 403");
    }

    @Test
    void bodiesAreJsonOfBoundedSize() {
        start();

        assertThat(ask("POST", "/admin/api/broadcast", LOCAL, "Content-Type: text/plain", "Content-Length: 0"))
                .startsWith("HTTP/1.1 415");
        try (RawClient client = RawClient.connect(port)) {
            client.send("POST /admin/api/broadcast HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100000\r\n\r\n")
                    .until("HTTP/1.1 413 ");
        }
    }

    @Test
    void addressWithoutItsSlashIsMended() {
        start();

        assertThat(ask("GET", "/admin", LOCAL)).startsWith("HTTP/1.1 302").containsIgnoringCase("location: /admin/");
    }

    private String ask(String method, String path, String... headers) {
        try (RawClient client = RawClient.connect(port)) {
            return client.send(method + ' ' + path + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers)
                            + "\r\n\r\n")
                    .untilClosed();
        }
    }
}
