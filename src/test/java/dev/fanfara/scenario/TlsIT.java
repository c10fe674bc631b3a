package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.testing.Certificate;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import dev.fanfara.testing.UpstreamServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One gateway with TLS on both ports, whose certificates are renewed the way Kubernetes does it: by one link. */
class TlsIT {
    private static final int MEMBERS = 8;

    @TempDir
    private static Path folder;

    private static Certificate first;
    private static Certificate second;
    private static Certificate operator;
    private static Certificate stranger;
    private static Vertx vertx;
    private static UpstreamServer upstream;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        first = Certificate.make(folder, "first", 100);
        second = Certificate.make(folder, "second", 200);
        operator = Certificate.make(folder, "operator", 100);
        stranger = Certificate.make(folder, "stranger", 100);
        first.write(folder.resolve("v1"), "tls.crt", "tls.key");
        second.write(folder.resolve("v2"), "tls.crt", "tls.key");
        second.write(folder.resolve("mixed"), "tls.crt", "other.key");
        first.write(folder.resolve("mixed"), "other.crt", "tls.key");
        Files.writeString(folder.resolve("operators.crt"), operator.pem());
        link("v1");
        vertx = Vertx.vertx();
        upstream = UpstreamServer.start(vertx, "one", 0);
        JsonObject tls = new JsonObject().put("certificate", "live/tls.crt").put("key", "live/tls.key");
        JsonObject config = new JsonObject()
                .put("server", new JsonObject().put("tls", tls))
                .put("management", new JsonObject().put("tls", tls.copy().put("clientCa", "operators.crt")))
                .put("limits", new JsonObject().put("messages", "1000000/1s").put("requestsPerIp", "1000000/1m"))
                .put("connections", new JsonObject().put("outboundBudget", "256KiB"))
                .put(
                        "routes",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("path", "/app/**")
                                        .put("upstreams", new JsonArray().add(upstream.origin()))));
        Path file = Files.writeString(folder.resolve("fanfara.json"), config.encode());
        gateway = GatewayProcess.start("-c", file.toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vertx.close().await();
    }

    private static void link(String version) throws IOException {
        Path draft = Files.createSymbolicLink(folder.resolve("draft"), Path.of(version));
        Files.move(draft, folder.resolve("live"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static SSLContext operators() {
        return Certificate.context(operator, first, second);
    }

    private static HttpResponse<String> get(int port, String path, SSLContext as) {
        HttpClient client = HttpClient.newBuilder().sslContext(as).build();
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .orTimeout(15, TimeUnit.SECONDS)
                .join();
    }

    private static double metric(String sample) {
        return get(gateway.managementPort(), "/metrics", operators())
                .body()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    private static SSLSocket connect(int port) throws IOException {
        SSLSocket socket = (SSLSocket) operators().getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(15_000);
        socket.startHandshake();
        return socket;
    }

    private static BigInteger shown(int port) throws IOException {
        try (SSLSocket socket = connect(port)) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    @Test
    void renewedPairIsShownToNewcomersAndAPairThatDoesNotFitChangesNothing() throws IOException {
        double days = 24 * 3600;
        assertThat(metric("fanfara_tls_certificate_expiry_seconds{port=\"client\"}"))
                .isBetween(99 * days, 100 * days);
        try (TestClient early = TestClient.connectTls(gateway, folder.resolve("v1/tls.crt"))) {
            early.joins("room");
            assertThat(shown(gateway.port())).isEqualTo(first.x509().getSerialNumber());

            link("v2");
            Eventually.holds(() -> {
                assertThat(shown(gateway.port())).isEqualTo(second.x509().getSerialNumber());
                assertThat(shown(gateway.managementPort()))
                        .isEqualTo(second.x509().getSerialNumber());
                assertThat(metric("fanfara_tls_certificate_expiry_seconds{port=\"management\"}"))
                        .isBetween(199 * days, 200 * days);
            });
            double failures = metric("fanfara_config_reload_failures_total");

            link("mixed");
            Eventually.holds(() -> {
                assertThat(metric("fanfara_config_reload_failures_total")).isGreaterThan(failures);
                assertThat(metric("fanfara_config_last_reload_successful")).isZero();
            });
            assertThat(shown(gateway.port())).isEqualTo(second.x509().getSerialNumber());

            link("v1");
            Eventually.holds(() -> {
                assertThat(shown(gateway.port())).isEqualTo(first.x509().getSerialNumber());
                assertThat(metric("fanfara_config_last_reload_successful")).isEqualTo(1);
            });
            early.says("{'type':'message','room':'room','text':'still here','echo':true}");
            assertThat(early.hears("message").getString("text")).isEqualTo("still here");
            assertThat(gateway.output()).doesNotContain("PRIVATE KEY");
        }
    }

    @Test
    void managementPortOpensToItsOperatorsOnly() {
        assertThat(get(gateway.managementPort(), "/health/ready", operators()).statusCode())
                .isEqualTo(200);
        assertThatThrownBy(
                        () -> get(gateway.managementPort(), "/health/ready", Certificate.context(null, first, second)))
                .isNotNull();
        assertThatThrownBy(
                        () -> get(gateway.managementPort(), "/metrics", Certificate.context(stranger, first, second)))
                .isNotNull();
        // The client port asks nobody.
        assertThat(get(gateway.port(), "/", Certificate.context(null, first, second))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void everyMemberHearsEverythingInOrder() {
        Path trusted = trusted();
        List<TestClient> members = new ArrayList<>();
        try (TestClient publisher = TestClient.connectTls(gateway, trusted)) {
            for (int i = 0; i < MEMBERS; i++) {
                members.add(TestClient.connectTls(gateway, trusted).joins("crowd"));
            }
            publisher.joins("crowd");
            // Small ones that are coalesced, and some larger than a record of TLS and than the write buffer.
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                texts.add(i + ":" + Character.toString('a' + i % 26).repeat(i % 50 == 49 ? 60_000 : i));
            }
            texts.forEach(text -> publisher.says(
                    new JsonObject().put("type", "message").put("room", "crowd").put("text", text)));

            for (TestClient member : members) {
                assertThat(member.hears(texts.size(), "message").stream().map(message -> message.getString("text")))
                        .isEqualTo(texts);
            }
        } finally {
            members.forEach(TestClient::close);
        }
    }

    @Test
    void clientThatDoesNotReadIsClosedAndHoldsNobodyUp() throws IOException {
        try (SSLSocket slow = connect(gateway.port());
                TestClient publisher = TestClient.connectTls(gateway, trusted())) {
            slow.getOutputStream()
                    .write(("GET /ws HTTP/1.1\r\nHost: localhost:" + gateway.port()
                                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            slow.getOutputStream()
                    .write(RawSocket.frame(
                            0x81, "{\"type\":\"join\",\"room\":\"flood\"}".getBytes(StandardCharsets.US_ASCII)));
            publisher.joins("flood");
            Eventually.holds(() -> {
                publisher.says("{'type':'presence','room':'flood','id':'who'}");
                assertThat(publisher.hearsAnswer("who").getInteger("count")).isEqualTo(2);
            });
            String text = "x".repeat(60_000);

            Eventually.holds(() -> {
                for (int i = 0; i < 50; i++) {
                    publisher.asks("'type':'message','room':'flood','text':'" + text + "'");
                }
                assertThat(metric("fanfara_slow_consumers_total")).isEqualTo(1);
            });
        }
    }

    @Test
    void serviceBehindARouteLearnsThatItsClientSpokeTls() {
        JsonObject told = new JsonObject(get(gateway.port(), "/app/x", Certificate.context(null, first, second))
                .body());

        assertThat(told.getJsonObject("headers").getJsonArray("x-forwarded-proto"))
                .containsExactly("https");
    }

    /** Whichever is shown now. */
    private static Path trusted() {
        return folder.resolve("live/tls.crt");
    }
}
