package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member learns when it joins a room that remembers. Immutable.
 *
 * @param maxRate how many frames a second it will get at most, see {@link Channel}
 * @param position as of which it knows the room
 * @param recovered absent if it did not say where it was before
 * @param messages what it missed or asked for, oldest first
 * @param state the room's state, JSON; absent where there is none or the messages make it up
 */
public record Entrance(
        int maxRate,
        Position position,
        @Nullable Boolean recovered,
        @Nullable List<ServerMessage> messages,
        byte @Nullable [] state) {}
