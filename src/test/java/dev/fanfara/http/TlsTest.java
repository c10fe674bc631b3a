package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    private final HttpRig rig = HttpRig.with(
            "server.tls={\"certificate\":\"src/test/resources/tls/localhost.crt\",\"key\":\"src/test/resources/tls/localhost.key\"}",
            "limits.handshake=300ms");

    /** Vert.x closes a client, and its connections, when it is garbage. */
    private final List<HttpClient> clients = new ArrayList<>();

    @AfterEach
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void modernVersionsAreSpoken(String version) {
        HttpClientResponse answer = get(client(version), "/").await();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpVersion.HTTP_1_1);
        assertThat(answer.getHeader("Strict-Transport-Security")).isNotNull();
    }

    @Test
    void oldVersionIsNot() {
        assertThatThrownBy(() -> get(client("TLSv1.1"), "/").await()).isNotNull();
    }

    @Test
    void pageWithoutTlsIsAnotherSite() {
        assertThat(post("http://localhost:" + rig.port())).isEqualTo(403);
        assertThat(post("https://localhost:" + rig.port())).isEqualTo(200);
    }

    @Test
    void helloThatDoesNotComeIsTimedOut() {
        try (RawClient client = rig.raw()) {
            assertThat(client.send("\u0016\u0003\u0001").untilClosed()).isEmpty();
        }
    }

    @Test
    void headThatDoesNotComeAfterTheHandshakeIsTimedOut() throws Exception {
        try (Socket socket = trustingTheTestCertificate().createSocket("127.0.0.1", rig.port())) {
            socket.setSoTimeout(5_000);
            ((SSLSocket) socket).startHandshake();

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException closedBefore) {
            // On a busy machine the handshake itself may take so long.
        }
    }

    private static SSLSocketFactory trustingTheTestCertificate() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        try (InputStream file = Files.newInputStream(Path.of("src/test/resources/tls/localhost.crt"))) {
            trusted.setCertificateEntry(
                    "test", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    private int post(String origin) {
        return client("TLSv1.3")
                .request(HttpMethod.POST, rig.port(), "localhost", "/api/broadcast")
                .compose(request -> request.putHeader("Origin", origin)
                        .putHeader("Content-Type", "application/json")
                        .send(Buffer.buffer("{\"text\":\"a\"}")))
                .await()
                .statusCode();
    }

    private HttpClient client(String version) {
        HttpClient client = rig.vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setEnabledSecureTransportProtocols(Set.of(version)));
        clients.add(client);
        return client;
    }

    private Future<HttpClientResponse> get(HttpClient client, String path) {
        return client.request(HttpMethod.GET, rig.port(), "localhost", path).compose(request -> request.send());
    }
}
