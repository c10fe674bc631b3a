package dev.fanfara.connection;

import dev.fanfara.bus.Channel;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
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

    final Channel channel;
    /** What members can have. */
    private final WireFormat[] formats;

    private Membership[] members = new Membership[2];
    private int size;
    /** Members that are not served now, because the room has not answered yet or they are paused. */
    int expected;
    /** The room keeps a state, and a member that is behind gets less of it, instead of being closed. */
    boolean conflates;
    /** Of a room that remembers: where it stands with all that was gathered, and before what is gathered now. */
    private @Nullable Position said;

    private @Nullable Position written;
    private long gatheredEver;
    private long writtenEver;

    private final @Nullable ByteBuf[] gathered;
    private final int[] membersByFormat;
    private final List<Gathered> gatheredMessages = new ArrayList<>();

    /** Members that joined since the last frame of a channel that leaves frames out: they may be ahead of the next. */
    private Set<Membership> newcomers = Set.of();

    /** {@code at}: where it leads, if it does. {@code exceptOn} and {@code aheadOn}: the wires of members that do not get it. */
    private record Gathered(
            SharedMessage message,
            @Nullable Position at,
            @Nullable WireFormat exceptOn,
            List<WireFormat> aheadOn) {
        int servedOf(int members, WireFormat format) {
            int served = members - (exceptOn == format ? 1 : 0);
            for (WireFormat ahead : aheadOn) {
                served -= ahead == format ? 1 : 0;
            }
            return served;
        }
    }

    Audience(Channel channel) {
        this.channel = channel;
        formats = WireFormat.of(channel.room());
        gathered = new ByteBuf[formats.length];
        membersByFormat = new int[formats.length];
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
        member.skippedMessages = gatheredMessages.size();
        member.enteredAt = gatheredEver;
        if (said == null) {
            said = member.entered;
        }
        members[size++] = member;
        if (!channel.isEveryFrame()) {
            if (newcomers.isEmpty()) {
                newcomers = new HashSet<>();
            }
            newcomers.add(member);
        }
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
        if (!newcomers.isEmpty()) {
            newcomers.remove(member);
        }
    }

    /** Adds a frame for all members but one. True if so much has gathered that it should be written now. */
    boolean gather(SharedMessage message, @Nullable Membership except, CompressionConfig compression) {
        List<Membership> ahead = newcomers.isEmpty() ? List.of() : ahead(message.message(), except);
        ahead.forEach(this::catchUp);
        if (except != null) {
            catchUp(except);
        }
        Position at = placeAfter(message.message());
        boolean full = false;
        for (int format = 0; format < formats.length; format++) {
            if (membersByFormat[format] > 0) {
                ByteBuf frames = gathered[format];
                if (frames == null) {
                    frames = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_SIZE);
                    gathered[format] = frames;
                }
                formats[format].append(message, at, compression, frames);
                full |= frames.readableBytes() >= MAX_GATHERED;
            }
        }
        if (except != null) {
            skipThis(except);
        }
        List<WireFormat> aheadOn = ahead.isEmpty() ? List.of() : new ArrayList<>(ahead.size());
        for (Membership member : ahead) {
            skipThis(member);
            aheadOn.add(member.connection.format());
        }
        gatheredEver++;
        if (at != null) {
            said = at;
        }
        gatheredMessages.add(new Gathered(message, at, except == null ? null : except.connection.format(), aheadOn));
        return full;
    }

    /** And all before it. */
    private void skipThis(Membership member) {
        member.skip = gatheredBytes(member);
        member.skippedMessages = gatheredMessages.size() + 1;
    }

    /** Newcomers who know as much already. */
    private List<Membership> ahead(ServerMessage message, @Nullable Membership except) {
        if (!(message instanceof ServerMessage.Patch patch)) {
            return List.of();
        }
        List<Membership> ahead = new ArrayList<>();
        for (Membership newcomer : newcomers) {
            Position entered = newcomer.entered;
            if (newcomer != except
                    && entered != null
                    && said != null
                    && entered.epoch().equals(said.epoch())
                    && entered.offset() >= patch.offset()) {
                ahead.add(newcomer);
            }
        }
        newcomers = Set.of();
        return ahead;
    }

    /** Where this leads; null if it does not lead on. */
    private @Nullable Position placeAfter(ServerMessage message) {
        if (message instanceof ServerMessage.Patch patch && said != null) {
            return new Position(said.epoch(), patch.offset());
        }
        if (message instanceof ServerMessage.Message publication && said != null && publication.offset() > 0) {
            return new Position(said.epoch(), publication.offset());
        }
        return message instanceof ServerMessage.Joined joined ? joined.position() : null;
    }

    /** Where members are that heard all before this; null if it does not lead on from there. */
    private static @Nullable Position placeBefore(ServerMessage message, Position at) {
        if (message instanceof ServerMessage.Joined) {
            return null;
        }
        long before = message instanceof ServerMessage.Patch patch ? patch.previous() : at.offset() - 1;
        return new Position(at.epoch(), before);
    }

    /** As of when a member knows the room that has got all that was gathered. Null if that is not known. */
    @Nullable
    Position position(Membership member) {
        return gatheredEver > member.enteredAt ? said : member.entered;
    }

    private @Nullable Position positionBefore(Membership member) {
        return writtenEver > member.enteredAt ? written : member.entered;
    }

    /** Gives one member what was gathered so far, so that what it gets next comes in order. */
    void catchUp(Membership member) {
        ByteBuf frames = member.isLive() ? gathered[formatOf(member)] : null;
        if (frames != null && member.skip < frames.writerIndex()) {
            // A copy: the gathered buffer may still grow and move while the system reads from this one.
            ByteBuf part = frames.copy(member.skip, frames.writerIndex() - member.skip);
            member.skip = frames.writerIndex();
            member.entered = said;
            member.enteredAt = gatheredEver;
            member.connection.write(part, gatheredMessages.size() - member.skippedMessages);
            member.skippedMessages = gatheredMessages.size();
            member.connection.aheadOfOthers();
        }
    }

    /**
     * Writes what was gathered to every member that has not had it.
     *
     * @param chronicle where it is written down, if a member may be recovered
     * @param behind takes a member that reads too slowly to get it, and as of when it knows the room
     *
     * @return how many messages that were
     */
    int deliver(GatewayMetrics metrics, Chronicle chronicle, BiConsumer<Membership, Position> behind) {
        // Backwards: a member that is closed for its slowness leaves its place to one that was served already.
        for (int i = size - 1; i >= 0; i--) {
            Membership member = members[i];
            ByteBuf frames = gathered[formatOf(member)];
            int from = member.skip;
            int messages = gatheredMessages.size() - member.skippedMessages;
            member.skip = 0;
            member.skippedMessages = 0;
            if (frames != null && from < frames.writerIndex()) {
                Position at = conflates && member.connection.isBehind() ? positionBefore(member) : null;
                if (at == null) {
                    deliver(member, frames, from, messages);
                } else {
                    behind.accept(member, at);
                }
            }
        }
        written = said;
        writtenEver = gatheredEver;
        if (membersByFormat[WireFormat.RECOVERABLE] > 0 && channel.isEveryFrame()) {
            writeDown(chronicle);
        }
        int sent = report(metrics);
        for (int format = 0; format < formats.length; format++) {
            ByteBuf frames = gathered[format];
            if (frames != null) {
                frames.release();
                gathered[format] = null;
            }
        }
        gatheredMessages.clear();
        return sent;
    }

    private void writeDown(Chronicle chronicle) {
        for (Gathered each : gatheredMessages) {
            Position at = each.at();
            if (at != null) {
                chronicle.add(channel.room(), at, placeBefore(each.message().message(), at));
            }
        }
    }

    /** What waits for a member holds on to the whole buffer, so a small part is a copy: a budget would count too little. */
    private static void deliver(Membership member, ByteBuf frames, int from, int messages) {
        int length = frames.writerIndex() - from;
        if (length * 4 < frames.writerIndex()) {
            member.connection.write(frames.copy(from, length), messages);
        } else {
            member.connection.deliver(frames, from, messages);
        }
    }

    void close(CloseReason reason) {
        for (Membership member : Arrays.copyOf(members, size)) {
            member.connection.close(reason);
        }
    }

    private int report(GatewayMetrics metrics) {
        long now = System.nanoTime();
        int sent = 0;
        for (Gathered each : gatheredMessages) {
            for (WireFormat format : formats) {
                int served = each.servedOf(membersByFormat[format.slot()], format);
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
        return member.connection.format().slot();
    }
}
