package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import org.jspecify.annotations.Nullable;

/**
 * The management port: metrics, health, admin. Immutable.
 *
 * @param port 0 picks a free one
 */
public record ManagementConfig(
        String host,
        int port,
        @Nullable String adminToken,
        @Nullable TlsConfig tls) {
    private static final int SHORTEST_TOKEN = 16;

    ManagementConfig on(int freePort) {
        return new ManagementConfig(host, freePort, adminToken, tls);
    }

    static ManagementConfig read(Fields fields) {
        Fields atStart = fields.atStart();
        ManagementConfig management = new ManagementConfig(
                atStart.value("host", NetworkValues.HOST, "127.0.0.1", "Address of metrics, health and admin"),
                atStart.value("port", NetworkValues.PORT, 9090, "Management port; 0 picks a free one"),
                fields.optional(
                        "adminToken",
                        Value.text("a token that is not empty", "0123456789abcdef")
                                .secret(),
                        "Opens /admin/; without one it answers on loopback only"),
                atStart.optionalObject("tls", TlsConfig::readMutual, "Certificate and key of the management port"));
        String token = management.adminToken();
        if (token != null && token.length() < SHORTEST_TOKEN) {
            fields.warn("adminToken", "shorter than " + SHORTEST_TOKEN + " characters can be guessed");
        }
        return management;
    }

    /** Without the token: logs print configurations. */
    @Override
    public String toString() {
        return "ManagementConfig[host=" + host + ", port=" + port + ", adminToken="
                + (adminToken == null ? "none" : "…") + ", tls=" + tls + "]";
    }
}
