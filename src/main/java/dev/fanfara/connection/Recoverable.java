package dev.fanfara.connection;

import dev.fanfara.bus.Channel;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.SavedSession.Beginning;
import dev.fanfara.recovery.Sessions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a connection so that its client, when it is cut off, may go on as if it had not been. Event loop only.
 *
 * <p>What a client was told is in the loop's {@link Chronicle}, in that order; and a wire loses nothing but an end of it. How
 * long that end may be is told by the client's answers to pings: what was written before a ping that it answered, it has had.
 * So the tail of the chronicle from there on, and the place the client says, tell what it missed.
 *
 * <p>Some things are told to one client alone and are in no chronicle: the answer to a join, what it gets after it was too
 * slow, a private message. After each of them the chronicle says nothing about this client until it has told it something
 * more in a later turn, and the client says that it had that; or until the client has answered a ping.
 */
final class Recoverable implements Sessions.Owner {
    private final ConnectionVerticle edge;
    private final Connection connection;
    private final String key;

    /** What the client has surely had, but for what it was told apart: so much of the chronicle. */
    private long had;
    /** What the client was told last before {@link #had}, which it may not have had. */
    private Beginning beginning = Beginning.ANYTHING;
    /** In which turn it was told something apart, if the beginning is not {@link Beginning#ANYTHING}. */
    private long apartTurn;

    /** What its client had last in a session that is over, and goes on saying until it has something of this one. */
    private @Nullable String stale;

    private long pinged;
    private long pingTurn;
    private @Nullable Recovery recovery;

    Recoverable(ConnectionVerticle edge, Connection connection, String key) {
        this.edge = edge;
        this.connection = connection;
        this.key = key;
        this.had = edge.chronicle().size();
        // Its wire may have been pinged before it was there.
        this.pinged = had;
        edge.sessions().began(key, this);
    }

    /** Something was told to this client that is in no chronicle, or in another order. */
    void toldApart() {
        beginning = Beginning.NOTHING;
        apartTurn = edge.chronicle().turn();
    }

    void hadBefore(String place) {
        stale = place;
    }

    void pinged() {
        pinged = edge.chronicle().size();
        pingTurn = edge.chronicle().turn();
    }

    void answered() {
        if (beginning.anything() || apartTurn < pingTurn) {
            had = pinged;
            beginning = Beginning.ANYTHING;
        }
    }

    // It came back

    void begin(Recovery begun) {
        recovery = begun;
    }

    @Nullable
    Recovery recovery() {
        return recovery;
    }

    /** {@code last}: the last place it was told, and after which it was told nothing. */
    void recovered(Beginning last) {
        recovery = null;
        had = edge.chronicle().size();
        apartTurn = edge.chronicle().turn();
        beginning = last;
    }

    // It goes

    /** Its client said goodbye, or has gone on elsewhere. */
    void forget() {
        edge.sessions().ended(key, this);
    }

    /** Before anything of it is taken apart. */
    void end(int code) {
        if (CloseReason.mayBeRecovered(code)) {
            save().ifPresent(saved -> edge.sessions()
                    .keep(key, saved, edge.configInForce().socketio().recovery()));
        }
        forget();
    }

    @Override
    public Future<Optional<SavedSession>> handOver() {
        Promise<Optional<SavedSession>> handed = Promise.promise();
        edge.verticleContext().runOnContext(there -> {
            Optional<SavedSession> saved = connection.isEnded() ? Optional.empty() : save();
            if (saved.isPresent()) {
                connection.goElsewhere();
            }
            handed.complete(saved);
        });
        return handed.future();
    }

    private Optional<SavedSession> save() {
        if (recovery != null) {
            // Its client has not been told anything yet.
            return Optional.of(recovery.saved());
        }
        if (!edge.deliverNow()) {
            return Optional.empty();
        }
        List<SavedSession.Joined> now = new ArrayList<>();
        Set<RoomName> rooms = new HashSet<>();
        for (Membership membership : connection.memberships()) {
            if (membership.asked != null) {
                // Its client knows that it never was let in.
                continue;
            }
            Position at = membership.position();
            Channel channel = membership.audience.channel;
            if (at == null || !membership.isLive() || !channel.isEveryFrame()) {
                return Optional.empty();
            }
            now.add(new SavedSession.Joined(channel.room(), membership.user, at));
            rooms.add(channel.room());
        }
        if (now.isEmpty()) {
            return Optional.empty();
        }
        boolean unsure = beginning.equals(Beginning.NOTHING);
        Chronicle.Excerpt told =
                edge.chronicle().since(had, unsure ? apartTurn : Long.MIN_VALUE, rooms, SavedSession.MAX_TAIL);
        int ambiguous = ambiguous(told.said());
        return SavedSession.of(
                connection.id(),
                connection.identity().user(),
                System.currentTimeMillis(),
                now,
                told.said().subList(ambiguous, told.said().size()),
                told.complete() && ambiguous == 0 ? beginning : Beginning.NOTHING);
    }

    /** How much of it leads to where its client says it is, though it may not have had any of it in this session. */
    private int ambiguous(List<SavedSession.Said> said) {
        int last = said.size() - 1;
        while (last >= 0 && !said.get(last).at().word().equals(stale)) {
            last--;
        }
        return last + 1;
    }
}
