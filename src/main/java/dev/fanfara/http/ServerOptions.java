package dev.fanfara.http;

import dev.fanfara.config.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How both ports speak HTTP: what every request may cost before anyone looks at it. */
final class ServerOptions {
    /** Browsers cannot set headers on a WebSocket, so tokens come in the URL. */
    private static final int MAX_REQUEST_LINE = 8 * 1024;

    private static final int MAX_HEADERS = 16 * 1024;
    private static final int ACCEPT_BACKLOG = 4096;
    /** A client that acknowledges nothing for so long, or takes nothing, is gone; the heartbeat knows only WebSockets. */
    private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(60);

    private ServerOptions() {}

    static HttpServerOptions of(String host, int port, @Nullable TlsConfig tls, Duration handshake) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                // With it, the pipeline is not complete until the first request is, and nothing could watch over that.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxInitialLineLength(MAX_REQUEST_LINE)
                .setMaxHeaderSize(MAX_HEADERS)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setWebSocketSubProtocols(List.of("fanfara.v1"))
                .setAcceptBacklog(ACCEPT_BACKLOG)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setTcpUserTimeout((int) UNACKNOWLEDGED.toMillis())
                .setIdleTimeout(0);
        if (tls != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertValue(Buffer.buffer(tls.certificate()))
                            .addKeyValue(Buffer.buffer(tls.key())))
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                    .setSslHandshakeTimeout(handshake.toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
            String clientCa = tls.clientCa();
            if (clientCa != null) {
                options.setClientAuth(ClientAuth.REQUIRED)
                        .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(clientCa)));
            }
        }
        return options;
    }

    /**
     * Has a server show another certificate to whoever comes from now on; open connections keep theirs. Whether there is
     * TLS at all was settled when it opened. Fails if the new one cannot be used, and then the old one stays.
     */
    static Future<?> renew(HttpServer server, @Nullable TlsConfig before, @Nullable TlsConfig tls, Duration handshake) {
        return before == null || tls == null
                ? Future.succeededFuture()
                : server.updateSSLOptions(of("", 0, tls, handshake).getSslOptions());
    }
}
