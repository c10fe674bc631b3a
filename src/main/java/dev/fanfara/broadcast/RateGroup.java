package dev.fanfara.broadcast;

import dev.fanfara.bus.Channel;
import dev.fanfara.room.Changes;
import java.util.ArrayList;
import java.util.List;

/**
 * The members of a state room who asked for the same number of frames a second, or for none: what happens between two
 * frames is gathered here and leaves as one merged patch. Touched only by the room service's event loop.
 */
final class RateGroup {
    final Channel channel;
    int members;
    /** The offset its members have come to. */
    long said;
    /** When the last frame left, {@link System#nanoTime}. */
    long saidNanos;
    /** Since then; and when the last of that was taken, milliseconds since 1970. */
    final Changes changes = new Changes();

    long timestamp;
    /** Acks whose publication the next frame brings. */
    final List<Tail.DueAck> acks = new ArrayList<>();

    boolean timerRuns;

    RateGroup(Channel channel, long said, long nowNanos) {
        this.channel = channel;
        this.said = said;
        this.saidNanos = nowNanos - intervalNanos();
    }

    boolean isPaused() {
        return channel.maxRate() == Channel.PAUSED;
    }

    final long intervalNanos() {
        return channel.maxRate() == Channel.PAUSED ? 0 : 1_000_000_000L / channel.maxRate();
    }
}
