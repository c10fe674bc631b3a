package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a member learns when it joins a room that remembers. Immutable.
 *
 * @param maxRate how many frames a second it will get at most, see {@link Channel}
 * @param position as of which it knows the room
 * @param recovered absent if it did not say where it was before
 * @param ending what it missed or asked for, and the room's state where the messages do not make it up
 */
public record Entrance(
        int maxRate, Position position, @Nullable Boolean recovered, SharedEnding ending) {}
