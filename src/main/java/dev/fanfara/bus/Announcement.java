package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A payload that goes around rooms: to every connection, or ({@code to} is there) to the connections of that user or of
 * that id. {@code user} and {@code connection} are the sender's. Immutable.
 */
public record Announcement(
        @Nullable String to,
        @Nullable String user,
        @Nullable ConnectionId connection,
        Payload payload,
        long timestamp) {}
