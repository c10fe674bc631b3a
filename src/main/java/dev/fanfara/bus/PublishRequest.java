package dev.fanfara.bus;

import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/** A publication that comes from no connection: the HTTP API, the demo feed. Immutable. */
public record PublishRequest(
        RoomName room,
        @Nullable String user,
        Payload payload,
        @Nullable String key,
        long acceptedNanos) {}
