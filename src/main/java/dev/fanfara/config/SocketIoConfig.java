package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;
import java.util.List;

/**
 * How clients of Socket.IO are served. Immutable.
 *
 * @param namespaces worlds of rooms that clients may connect to
 * @param pingTimeout how long a client may take to answer a ping
 * @param maxPayload in bytes; the largest message, or body of a POST, of a client
 * @param recovery how long a session waits for a client that was cut off; zero: sessions end with their connection
 */
public record SocketIoConfig(
        List<String> namespaces, Duration pingInterval, Duration pingTimeout, int maxPayload, Duration recovery) {
    private static final String NAMESPACE_PATTERN = "/[^,?\\s]*";

    /** The comma ends its name in a packet, and the question mark begins a query. */
    private static final Value<String> NAMESPACE = Value.spelled(
            "a name that begins with \"/\", without commas, question marks and blanks",
            "/",
            "^" + NAMESPACE_PATTERN + "$",
            text -> {
                if (!text.matches(NAMESPACE_PATTERN)) {
                    throw new IllegalArgumentException("no namespace");
                }
                return text;
            });

    static SocketIoConfig read(Fields fields) {
        return new SocketIoConfig(
                fields.list("namespaces", NAMESPACE, List.of("/"), "Worlds of rooms that clients may connect to"),
                fields.value(
                        "pingInterval",
                        Quantities.duration("100ms", "1h"),
                        "25s",
                        "How often a client is asked for life"),
                fields.value("pingTimeout", Quantities.duration("50ms", "1h"), "20s", "How long the answer may take"),
                fields.value(
                        "maxPayload",
                        Quantities.size("1KiB", "64MiB"),
                        "64KiB",
                        "Largest message of a client, and body of a POST when it polls"),
                fields.value(
                        "recovery",
                        Quantities.duration("0s", "10m"),
                        "0s",
                        "How long a client that was cut off may come back for its rooms and what it missed; 0s is never"));
    }
}
