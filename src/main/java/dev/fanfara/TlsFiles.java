package dev.fanfara;

import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.TlsConfig;
import io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Reads certificates and keys once before anything starts: a wrong file must not be found by the first client. */
final class TlsFiles {
    private TlsFiles() {}

    /** @throws StartFailure that names the listener whose files do not work */
    static void probe(GatewayConfig config) {
        probe("server.tls", config.server().tls());
        probe("management.tls", config.management().tls());
    }

    private static void probe(String key, @Nullable TlsConfig tls) {
        if (tls == null) {
            return;
        }
        try {
            SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile())
                    .build();
        } catch (SSLException | IllegalArgumentException failure) {
            throw new StartFailure(key + ": " + tls.certificate() + " and " + tls.key()
                    + " are no certificate and matching private key in PEM (" + failure.getMessage() + ")");
        }
    }
}
