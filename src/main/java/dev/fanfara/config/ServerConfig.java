package dev.fanfara.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client port and who may reach it. Immutable. */
public record ServerConfig(
        String host,
        int port,
        TransportKind transport,
        int eventLoops,
        List<String> allowedOrigins,
        List<Cidr> trustedProxies,
        @Nullable TlsConfig tls,
        CompressionConfig compression) {}
