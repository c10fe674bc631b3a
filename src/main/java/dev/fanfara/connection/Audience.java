package dev.fanfara.connection;

import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A room's members on one event loop, and what was said there in this turn of the loop. Touched only by that loop.
 *
 * <p>What is queued for the room while the loop is busy is gathered, framed once per wire format, and leaves as one
 * write per member at the end of the turn: when nothing queues nothing waits, and under load a hundred messages cost
 * one system call. A member that must not get a frame (its own message), or that must get something else in order (an
 * ack), first gets what was gathered before, as a copy of its own, and skips that part at the end.
 */
final class Audience {
    /** A turn that gathers more is written at once, so that memory stays flat under a flood. */
    private static final int MAX_GATHERED = 256 * 1024;

    private static final int FIRST_SIZE = 512;
    private static final WireFormat[] FORMATS = WireFormat.values();

    final RoomName room;
    private Membership[] members = new Membership[2];
    private int size;
    /** Connections the room has not answered yet; they will want to find this audience. */
    int expected;

    private final @Nullable ByteBuf[] gathered = new ByteBuf[FORMATS.length];
    private final int[] membersByFormat = new int[FORMATS.length];
    private final List<Gathered> gatheredMessages = new ArrayList<>();

    private record Gathered(SharedMessage message, @Nullable WireFormat exceptOn) {}

    Audience(RoomName room) {
        this.room = room;
    }

    boolean isDeserted() {
        return size == 0 && expected == 0;
    }

    boolean hasGathered() {
        return !gatheredMessages.isEmpty();
    }

    void add(Membership member) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size * 2);
        }
        member.index = size;
        member.skip = gatheredBytes(member);
        members[size++] = member;
        membersByFormat[formatOf(member)]++;
    }

    /** In constant time: the last one takes its place. */
    void remove(Membership member) {
        if (!member.isLive()) {
            return;
        }
        Membership last = members[--size];
        members[member.index] = last;
        last.index = member.index;
        members[size] = null;
        member.index = -1;
        membersByFormat[formatOf(member)]--;
    }

    /** Adds a frame for all members but one. True if so much has gathered that it should be written now. */
    boolean gather(SharedMessage message, @Nullable Membership except, CompressionConfig compression) {
        if (except != null) {
            catchUp(except);
        }
        boolean full = false;
        for (int format = 0; format < FORMATS.length; format++) {
            if (membersByFormat[format] > 0) {
                ByteBuf frames = gathered[format];
                if (frames == null) {
                    frames = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_SIZE);
                    gathered[format] = frames;
                }
                FORMATS[format].append(message, compression, frames);
                full |= frames.readableBytes() >= MAX_GATHERED;
            }
        }
        if (except != null) {
            except.skip = gatheredBytes(except);
        }
        gatheredMessages.add(new Gathered(message, except == null ? null : except.connection.format()));
        return full;
    }

    /** Gives one member what was gathered so far, so that what it gets next comes in order. */
    void catchUp(Membership member) {
        ByteBuf frames = member.isLive() ? gathered[formatOf(member)] : null;
        if (frames != null && member.skip < frames.writerIndex()) {
            // A copy: the gathered buffer may still grow and move while the system reads from this one.
            ByteBuf part = frames.copy(member.skip, frames.writerIndex() - member.skip);
            member.skip = frames.writerIndex();
            member.connection.write(part);
        }
    }

    /**
     * Writes what was gathered to every member that has not had it.
     *
     * @return how many messages that were
     */
    int deliver(GatewayMetrics metrics) {
        // Backwards: a member that is closed for its slowness leaves its place to one that was served already.
        for (int i = size - 1; i >= 0; i--) {
            Membership member = members[i];
            ByteBuf frames = gathered[formatOf(member)];
            int from = member.skip;
            member.skip = 0;
            if (frames != null && from < frames.writerIndex()) {
                deliver(member, frames, from);
            }
        }
        int sent = report(metrics);
        for (int format = 0; format < FORMATS.length; format++) {
            ByteBuf frames = gathered[format];
            if (frames != null) {
                frames.release();
                gathered[format] = null;
            }
        }
        gatheredMessages.clear();
        return sent;
    }

    /** What waits for a member holds on to the whole buffer, so a small part is a copy: a budget would count too little. */
    private static void deliver(Membership member, ByteBuf frames, int from) {
        int length = frames.writerIndex() - from;
        if (length * 4 < frames.writerIndex()) {
            member.connection.write(frames.copy(from, length));
        } else {
            member.connection.deliver(frames, from);
        }
    }

    private int report(GatewayMetrics metrics) {
        long now = System.nanoTime();
        int sent = 0;
        for (Gathered each : gatheredMessages) {
            for (WireFormat format : FORMATS) {
                int served = membersByFormat[format.ordinal()] - (each.exceptOn() == format ? 1 : 0);
                sent += served;
                if (served <= 0 || !each.message().isPublication()) {
                    continue;
                }
                long accepted = each.message().acceptedNanos();
                if (accepted == 0) {
                    metrics.delivered(format.transport(), served);
                } else {
                    metrics.delivered(format.transport(), served, Duration.ofNanos(now - accepted));
                }
            }
        }
        return sent;
    }

    private int gatheredBytes(Membership member) {
        ByteBuf frames = gathered[formatOf(member)];
        return frames == null ? 0 : frames.writerIndex();
    }

    private static int formatOf(Membership member) {
        return member.connection.format().ordinal();
    }
}
