package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;

/**
 * How much one client, user or address may do on this node. Immutable.
 *
 * @param messages of one connection
 * @param publishes over HTTP, of one API key or user
 * @param outboundPerNode in bytes; what may wait for all slow clients together
 * @param handshake how long a connection may take to become one
 */
public record LimitsConfig(
        Rate messages,
        Rate publishes,
        Rate requestsPerIp,
        int connectionsPerIp,
        int connectionsPerUser,
        int roomsPerConnection,
        int roomsPerUser,
        int roomsPerNode,
        long outboundPerNode,
        int connectsPerSecond,
        Duration handshake) {
    static LimitsConfig read(Fields fields) {
        Value<Rate> rate = Quantities.rate();
        Value<Integer> many = Value.integer(1, 10_000_000);
        return new LimitsConfig(
                fields.value("messages", rate, "600/1m", "Messages of one connection"),
                fields.value("publishes", rate, "5000/1s", "Publishes over HTTP of one API key or user"),
                fields.value("requestsPerIp", rate, "6000/15m", "Other HTTP requests of one client address"),
                fields.value("connectionsPerIp", many, 1000, "Connections of one client address (IPv6: of one /64)"),
                fields.value("connectionsPerUser", many, 100, "Connections of one user"),
                fields.value("roomsPerConnection", Value.integer(1, 100_000), 128, "Rooms one connection may be in"),
                fields.value("roomsPerUser", many, 1000, "Rooms one user may be in, over all connections"),
                fields.value("roomsPerNode", many, 200_000, "Rooms with members on this node"),
                fields.value(
                        "outboundPerNode",
                        Quantities.memory("1MiB"),
                        "25%",
                        "Bytes that may wait for all slow clients of this node: a share of the memory, or a size"),
                fields.value("connectsPerSecond", Value.integer(1, 1_000_000), 500, "New connections on this node"),
                fields.value(
                        "handshake",
                        Quantities.duration("100ms", "5m"),
                        "5s",
                        "How long TLS, HTTP upgrade and first bytes may take"));
    }
}
