package dev.fanfara.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What the gateway reports about itself, in its own words. Any thread: an implementation must not block or throw. No
 * user, room or connection is ever a parameter.
 */
public interface GatewayMetrics {
    GatewayMetrics NONE = new GatewayMetrics() {};

    /** {@code transport}: {@code websocket}, {@code echo}, {@code route}. */
    default void connectionOpened(String transport) {}

    /** {@code code}: the close code the client got, or 1006 if the connection just broke. */
    default void connectionClosed(String transport, int code) {}

    /** WebSockets of Engine.IO's sessions on this node: {@code change} more. */
    default void engineSockets(int change) {}

    /** A message came from a client. */
    default void received() {}

    /** {@code messages} were written to clients, replies included. */
    default void sent(int messages) {}

    /** A room took a publication. */
    default void published() {}

    /** One publication was written to {@code members} of this node's connections, this long after it was accepted. */
    default void delivered(String transport, int members, Duration sinceAccepted) {}

    /** The same, for a publication another node accepted: its clock is not ours. */
    default void delivered(String transport, int members) {}

    /** Rooms with members on this node: {@code change} more. */
    default void rooms(int change) {}

    /** Memberships on this node: {@code change} more. */
    default void members(int change) {}

    /** A connection was closed because too much waited for it, or for all such together. */
    default void slowConsumer() {}

    /** {@code scope}: {@code messages}, {@code publishes}, {@code requests}, {@code connects}, {@code connections}, {@code routes}. */
    default void rateLimited(String scope) {}

    default void authFailed(String reason) {}

    /** A returning member got all it missed, or was told that it did not. */
    default void recovery(boolean complete) {}

    /** So many frames were left out because a later one made up for them. */
    default void conflated(int frames) {}

    /** Something the event bus lost was found and mended. */
    default void clusterRepaired() {}

    /** Bytes that one event loop has forwarded to other nodes and these have not acknowledged. */
    default void peerUnacknowledged(int loop, long bytes) {}

    /** A publication, or who came and went, was not told to one node, which is too far behind. */
    default void peerDropped() {}

    /** Work was refused because this node's memory could not bear it. */
    default void refusedForMemory() {}

    /** Bytes that wait in this node's memory for those clients of one event loop that are behind. */
    default void outboundBytes(int loop, long bytes) {}

    /** How late a timer of one event loop ran. */
    default void eventLoopLag(int loop, Duration lag) {}

    /** A backend was asked or told; {@code result}: {@code allowed}, {@code denied}, {@code failed}, {@code skipped}. */
    default void hook(String hook, String result, Duration took) {}

    /** Nobody was told of so many events. */
    default void hookEventsDropped(int events) {}

    /** How many upstreams of a route are well, and how many are not. Immutable. */
    record Upstreams(int up, int down) {}

    /** The routes there are now, by their configured paths. */
    default void routes(Map<String, Upstreams> standing) {}

    /**
     * A request to a route was answered with this status, the head of the answer so long after it came.
     *
     * @param status 0 if the answer did not come to its end
     */
    default void routed(String route, int status, Duration took) {}

    /** The certificate that a port shows from now on is good so long. {@code port}: {@code client}, {@code management}. */
    default void certificate(String port, Instant expires) {}

    default void configLoaded(String hash) {}

    default void configRejected() {}
}
