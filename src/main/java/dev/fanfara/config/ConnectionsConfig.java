package dev.fanfara.config;

import dev.fanfara.json.Fields;
import java.time.Duration;

/**
 * What one connection may cost. Immutable.
 *
 * @param heartbeatTimeout how long a client may take to answer; at most {@code heartbeat}
 * @param maxMessageSize in bytes
 * @param outboundBudget in bytes; what may wait for a client that reads slowly
 */
public record ConnectionsConfig(Duration heartbeat, Duration heartbeatTimeout, int maxMessageSize, int outboundBudget) {
    static ConnectionsConfig read(Fields fields) {
        Duration heartbeat = fields.value(
                "heartbeat",
                Quantities.duration("100ms", "1h"),
                "25s",
                "How often a silent connection is asked for life");
        Duration timeout = fields.value(
                "heartbeatTimeout",
                Quantities.duration("50ms", "1h"),
                "10s",
                "How long the answer may take; when not written, never more than heartbeat");
        if (!fields.has("heartbeatTimeout") && timeout.compareTo(heartbeat) > 0) {
            timeout = heartbeat;
        }
        int message = fields.value(
                "maxMessageSize", Quantities.size("64B", "64MiB"), "64KiB", "Largest message of a client or backend");
        int budget = fields.value(
                "outboundBudget", Quantities.size("1KiB", "1GiB"), "1MiB", "Bytes that may wait for one slow client");
        fields.check(
                timeout.compareTo(heartbeat) <= 0,
                "heartbeatTimeout",
                "at most heartbeat, which is " + Quantities.text(heartbeat),
                "heartbeat");
        fields.check(
                budget >= message,
                "outboundBudget",
                "at least maxMessageSize, or a message of that size could reach no one",
                "maxMessageSize");
        return new ConnectionsConfig(heartbeat, timeout, message, budget);
    }
}
