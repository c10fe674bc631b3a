package dev.fanfara.http;

import dev.fanfara.config.TlsConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
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
                            .setCertPath(tls.certificate().toString())
                            .setKeyPath(tls.key().toString()))
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                    .setSslHandshakeTimeout(handshake.toMillis())
                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        }
        return options;
    }
}
