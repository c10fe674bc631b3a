package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client port and who may reach it. Immutable.
 *
 * @param port 0 picks a free one
 * @param eventLoops 0 is as many as cores
 * @param allowedOrigins spelled as browsers send them; {@code *} alone allows all, empty only the gateway's own
 */
public record ServerConfig(
        String host,
        int port,
        TransportKind transport,
        int eventLoops,
        List<String> allowedOrigins,
        List<Cidr> trustedProxies,
        @Nullable TlsConfig tls,
        CompressionConfig compression) {
    ServerConfig on(int freePort) {
        return new ServerConfig(
                host, freePort, transport, eventLoops, allowedOrigins, trustedProxies, tls, compression);
    }

    public ServerConfig openToAllOrigins() {
        return new ServerConfig(host, port, transport, eventLoops, List.of("*"), trustedProxies, tls, compression);
    }

    static ServerConfig read(Fields fields) {
        Fields atStart = fields.atStart();
        ServerConfig server = new ServerConfig(
                atStart.value(
                        "host", NetworkValues.HOST, "127.0.0.1", "Address that clients connect to; 0.0.0.0 is all"),
                atStart.value("port", NetworkValues.PORT, 8080, "Client port; 0 picks a free one"),
                atStart.value(
                        "transport",
                        Value.word(TransportKind.class),
                        "auto",
                        "Which system interface carries the sockets; auto takes io_uring where it works, else epoll, else nio"),
                atStart.value("eventLoops", Value.integer(0, 1024), 0, "Event loops; 0 is as many as cores"),
                fields.list(
                        "allowedOrigins",
                        NetworkValues.ORIGIN_OR_ANY,
                        List.of(),
                        "Origins of foreign pages that may connect; * alone allows all"),
                fields.list(
                        "trustedProxies",
                        NetworkValues.CIDR,
                        List.of(),
                        "Addresses of proxies whose forwarding headers are believed"),
                atStart.optionalObject("tls", TlsConfig::read, "Certificate and key of the client port"),
                fields.object("compression", CompressionConfig::read, "Compression of WebSocket messages"));
        boolean anyAlone =
                server.allowedOrigins().size() == 1 || !server.allowedOrigins().contains("*");
        fields.check(anyAlone, "allowedOrigins", "\"*\" alone, or origins without it");
        return server;
    }
}
