package dev.fanfara.connection;

import dev.fanfara.auth.Identity;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.memory.Intake;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of one event loop are in which rooms, and what passes between them and the rooms. Touched only by
 * that loop.
 *
 * <p>Rooms decide elsewhere (on the loop in charge of the room, reached by the bus). A member of a room that keeps a
 * state may be absent for a while: it is paused, it changes its rate, or it reads too slowly. Then nothing of the room
 * is written to it, its place in the stream is remembered, and later the room tells what it missed in one message. So a
 * slow viewer costs no more memory than a fast one, and sees fewer frames of the truth instead of being closed.
 */
final class Memberships implements EdgeMessage.Receiver {
    /** What may wait for a member that was too slow when it is served again, in bytes. */
    private static final long CAUGHT_UP = 16 * 1024;
    /** Acks that may wait for a member that is not served: one that reads nothing and publishes must not fill the memory. */
    private static final int MAX_HELD = 1_000;
    /** One that keeps up for so long is not called slow any more. */
    private static final long RESTORED_AFTER_NANOS = 1_000_000_000L;

    private static final String SLOW = "slow";

    private final ConnectionVerticle edge;
    private final int loop;
    private final String[] rooms;
    private final Map<Channel, Audience> audiences = new HashMap<>();
    /** Members that read too slowly, or did a moment ago. */
    private final List<Membership> slow = new ArrayList<>();

    private long tickets;

    Memberships(ConnectionVerticle edge, NodeRef self, int loop) {
        this.edge = edge;
        this.loop = loop;
        rooms = new String[self.loops()];
        for (int i = 0; i < rooms.length; i++) {
            rooms[i] = Addresses.ROOM.address(self.id(), i);
        }
    }

    // What connections want

    Membership join(Connection connection, ClientMessage.Join join, String user) {
        Audience audience = audience(Channel.everyFrame(join.room()));
        audience.expected++;
        Membership membership = new Membership(connection, audience, join, ++tickets, user);
        tellRoom(new RoomMessage.Join(
                join.room(),
                loop,
                connection.id(),
                user,
                connection.identity().kind() == Identity.Kind.ADMINISTRATOR,
                membership.ticket,
                join.since(),
                join.history(),
                join.maxRate()));
        return membership;
    }

    private Audience audience(Channel channel) {
        return audiences.computeIfAbsent(channel, first -> adopt(new Audience(first)));
    }

    private Audience adopt(Audience audience) {
        audience.conflates =
                edge.configInForce().ruleFor(audience.channel.room()).conflates();
        return audience;
    }

    /** The configuration changed. */
    void adoptRules() {
        audiences.values().forEach(this::adopt);
    }

    /** Nobody here is in a room, or about to be. */
    boolean isEmpty() {
        return audiences.isEmpty() && slow.isEmpty();
    }

    void leave(Membership membership) {
        takeAsked(membership);
        if (membership.isLive()) {
            membership.audience.remove(membership);
        } else {
            membership.audience.expected--;
        }
        if (membership.absence != null) {
            slow.remove(membership);
            membership.absence.release(membership.connection);
        }
        closeIfDeserted(membership.audience);
        membership.connection.toldApart();
        tellRoom(new RoomMessage.Leave(membership.room(), loop, membership.connection.id()));
    }

    /** Its connection is about to be closed. */
    static void releaseHeld(Membership membership) {
        if (membership.absence != null) {
            membership.absence.release(membership.connection);
        }
    }

    private static ClientMessage.@Nullable Join takeAsked(Membership membership) {
        ClientMessage.Join asked = membership.asked;
        membership.asked = null;
        return asked;
    }

    private void closeIfDeserted(Audience audience) {
        if (audience.isDeserted()) {
            audiences.remove(audience.channel);
        }
    }

    void publish(Membership membership, ClientMessage.Publish publish) {
        // Given back by the room: until then it waits for the loop in charge, which may have more to do than this one.
        if (!edge.memory().intake().tryTake(Intake.weight(publish.payload()))) {
            edge.metrics().refusedForMemory();
            throw Intake.refusal();
        }
        tellRoom(new RoomMessage.Publish(
                membership.room(),
                loop,
                membership.connection.id(),
                membership.user,
                publish.payload(),
                publish.key(),
                publish.echo(),
                publish.id(),
                System.nanoTime()));
    }

    void askPresence(Connection connection, RoomName room, @Nullable CommandId command) {
        tellRoom(new RoomMessage.AskPresence(room, loop, connection.id(), command));
    }

    void askHistory(Connection connection, RoomName room, ClientMessage.History history) {
        tellRoom(new RoomMessage.AskHistory(
                room, loop, connection.id(), history.id(), history.since(), history.limit()));
    }

    /** From now on so many frames a second at most. */
    void update(Membership membership, ClientMessage.Update update) {
        if (membership.asked != null) {
            throw new Refusal(ErrorCode.NOT_JOINED, "The room has not answered yet");
        }
        if (membership.isLive()) {
            membership.audience.catchUp(membership);
            Position at = membership.audience.position(membership);
            if (at == null) {
                throw new Refusal(ErrorCode.BAD_REQUEST, "maxRate: this room keeps no state to conflate");
            }
            absent(membership, at);
        }
        Membership.Absence absence = membership.absence;
        if (absence != null) {
            absence.updates.add(update.id());
            askToReturn(membership, absence, update.maxRate());
        }
    }

    private static Membership.Absence absent(Membership membership, Position at) {
        membership.audience.remove(membership);
        membership.audience.expected++;
        Membership.Absence absence = membership.absence;
        if (absence == null) {
            absence = new Membership.Absence(at);
            membership.absence = absence;
        }
        absence.at = at;
        return absence;
    }

    private void askToReturn(Membership membership, Membership.Absence absence, @Nullable Integer maxRate) {
        absence.returning = true;
        membership.ticket = ++tickets;
        tellRoom(new RoomMessage.Refresh(
                membership.room(),
                loop,
                membership.connection.id(),
                membership.ticket,
                absence.at,
                absence.acknowledged,
                maxRate));
    }

    private void tellRoom(RoomMessage message) {
        int inCharge = Addresses.loopOf(message.room(), rooms.length);
        Addresses.ROOM.tellLocal(edge.vertxOfLoop(), rooms[inCharge], message);
    }

    // Members that read too slowly

    /** What waits for it is enough: it gets no more of this room until that is gone. */
    void suspend(Membership membership, Position at) {
        boolean known = membership.absence != null;
        Membership.Absence absence = absent(membership, at);
        if (!known) {
            slow.add(membership);
        }
        if (!absence.degraded) {
            absence.degraded = true;
            membership.connection.send(new ServerMessage.Degraded(membership.room(), SLOW, 0));
        }
    }

    /** Now and then: who has caught up is served again. {@code now} is {@link System#nanoTime}. */
    void review(long now) {
        for (Membership membership : List.copyOf(slow)) {
            Membership.Absence absence = membership.absence;
            if (absence == null || membership.connection.isEnded()) {
                slow.remove(membership);
            } else if (membership.isLive()) {
                if (now - absence.restoredNanos >= 0) {
                    slow.remove(membership);
                    membership.absence = null;
                    membership.connection.send(new ServerMessage.Restored(membership.room(), SLOW, absence.skipped));
                }
            } else if (!absence.returning
                    && membership.audience.channel.maxRate() != Channel.PAUSED
                    && membership.connection.leftOver() <= caughtUp()) {
                askToReturn(membership, absence, null);
            }
        }
    }

    /** Well below where it is called slow. */
    private long caughtUp() {
        return Math.min(CAUGHT_UP, edge.configInForce().connections().outboundBudget() / 8);
    }

    @Override
    public void onRefreshed(EdgeMessage.Refreshed refreshed) {
        Membership membership = membership(refreshed.connection(), refreshed.room());
        Membership.Absence absence = membership == null ? null : membership.absence;
        if (membership == null || absence == null || membership.ticket != refreshed.ticket()) {
            return;
        }
        absence.returning = false;
        moveTo(membership, refreshed.maxRate());
        absence.updates.forEach(command ->
                membership.connection.send(new ServerMessage.Updated(command, membership.room(), refreshed.maxRate())));
        absence.updates.clear();
        if (refreshed.maxRate() == Channel.PAUSED) {
            absence.acknowledged |= absence.release(membership.connection);
            return;
        }
        for (ServerMessage missed : refreshed.messages()) {
            membership.connection.send(missed);
            absence.skipped += skippedBy(missed, absence.at);
            absence.at = positionAfter(missed, absence.at);
        }
        absence.release(membership.connection);
        absence.acknowledged = false;
        serve(membership, absence.at);
        if (absence.degraded) {
            absence.restoredNanos = System.nanoTime() + RESTORED_AFTER_NANOS;
        } else {
            membership.absence = null;
        }
    }

    private static long skippedBy(ServerMessage message, Position before) {
        if (message instanceof ServerMessage.Patch patch) {
            return patch.offset() - patch.previous() - 1;
        }
        Position now = positionAfter(message, before);
        return now.epoch().equals(before.epoch()) ? now.offset() - before.offset() : 0;
    }

    private static Position positionAfter(ServerMessage message, Position before) {
        if (message instanceof ServerMessage.Patch patch) {
            return new Position(before.epoch(), patch.offset());
        }
        return message instanceof ServerMessage.Joined joined && joined.position() != null ? joined.position() : before;
    }

    private void moveTo(Membership membership, int maxRate) {
        if (membership.audience.channel.maxRate() != maxRate) {
            Audience before = membership.audience;
            before.expected--;
            membership.audience = audience(new Channel(membership.room(), maxRate));
            membership.audience.expected++;
            closeIfDeserted(before);
        }
    }

    /** From now on it gets what its audience gets. */
    private void serve(Membership membership, @Nullable Position at) {
        Audience audience = membership.audience;
        audience.expected--;
        membership.entered = at;
        audience.add(membership);
        membership.connection.toldApart();
    }

    // What rooms tell

    @Override
    public void onJoined(EdgeMessage.Joined joined) {
        Membership membership = membership(joined.connection(), joined.room());
        if (membership == null || membership.ticket != joined.ticket()) {
            return;
        }
        ClientMessage.Join join = takeAsked(membership);
        if (join == null) {
            return;
        }
        Entrance entrance = joined.entrance();
        if (entrance == null) {
            serve(membership, null);
        } else {
            moveTo(membership, entrance.maxRate());
            if (entrance.maxRate() == Channel.PAUSED) {
                membership.absence = new Membership.Absence(entrance.position());
            } else {
                serve(membership, entrance.position());
            }
        }
        membership.connection.joined(membership, join, joined.members(), entrance);
    }

    @Override
    public void onJoinRefused(EdgeMessage.JoinRefused refused) {
        Membership membership = membership(refused.connection(), refused.room());
        if (membership != null && membership.ticket == refused.ticket()) {
            ClientMessage.Join join = takeAsked(membership);
            if (join != null) {
                membership.audience.expected--;
                closeIfDeserted(membership.audience);
                membership.connection.joinRefused(membership, join, refused.refusal());
            }
        }
    }

    @Override
    public void onDeliver(EdgeMessage.Deliver deliver) {
        edge.memory().intake().giveBack(deliver.message().weight());
        Audience audience = audiences.get(deliver.channel());
        if (audience == null) {
            return;
        }
        Membership except = deliver.except() == null
                ? null
                : membership(deliver.except(), deliver.channel().room());
        if (except != null && except.connection.format().hearsItself()) {
            except = null;
        }
        edge.gather(
                audience,
                deliver.message(),
                except != null && except.isLive() && except.audience == audience ? except : null);
    }

    @Override
    public void onReply(EdgeMessage.Reply reply) {
        Connection connection = edge.connection(reply.connection());
        if (connection == null) {
            return;
        }
        tell(connection, reply);
        connection.answered();
    }

    private void tell(Connection connection, EdgeMessage.Reply reply) {
        Membership membership = connection.membership(reply.room());
        if (membership != null) {
            Membership.Absence absence = membership.absence;
            if (absence != null && !membership.isLive() && reply.message() instanceof ServerMessage.Ack) {
                if (absence.returning || membership.audience.channel.maxRate() != Channel.PAUSED) {
                    hold(membership, absence, reply.message());
                    return;
                }
                absence.acknowledged = true;
            }
            membership.audience.catchUp(membership);
        }
        connection.send(reply.message());
    }

    private void hold(Membership membership, Membership.Absence absence, ServerMessage ack) {
        if (absence.held.size() == MAX_HELD) {
            edge.metrics().slowConsumer();
            membership.connection.close(CloseReason.SLOW_CONSUMER);
        } else {
            absence.held.add(ack);
        }
    }

    @Override
    public void onMoved(EdgeMessage.Moved moved) {
        Membership membership = membership(moved.connection(), moved.room());
        if (membership == null || membership.asked != null) {
            return;
        }
        if (membership.isLive()) {
            membership.audience.catchUp(membership);
            Position at = membership.audience.position(membership);
            membership.audience.remove(membership);
            membership.audience.expected++;
            moveTo(membership, moved.maxRate());
            serve(membership, at);
        } else {
            boolean wasPaused = membership.audience.channel.maxRate() == Channel.PAUSED;
            moveTo(membership, moved.maxRate());
            Membership.Absence absence = membership.absence;
            if (wasPaused && moved.maxRate() != Channel.PAUSED && absence != null && !absence.returning) {
                // It cannot go on by itself where there are no rates any more.
                askToReturn(membership, absence, null);
            }
        }
    }

    @Override
    public void onCloseMembers(EdgeMessage.CloseMembers close) {
        Audience audience = audiences.get(close.channel());
        if (audience != null) {
            audience.close(close.reason());
        }
    }

    private @Nullable Membership membership(ConnectionId id, RoomName room) {
        Connection connection = edge.connection(id);
        return connection == null ? null : connection.membership(room);
    }
}
