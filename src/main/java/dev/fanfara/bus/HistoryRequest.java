package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import org.jspecify.annotations.Nullable;

/**
 * What does a room remember? With {@code since} what came after it, the oldest {@code limit} of that; without it the
 * newest {@code limit}; without a limit all. Immutable.
 */
public record HistoryRequest(
        RoomName room, @Nullable Position since, @Nullable Integer limit) {}
