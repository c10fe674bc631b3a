package dev.fanfara.connection;

import dev.fanfara.bus.Channel;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.SavedSession.Beginning;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that came back is let into its rooms one after the other, as anybody is, and told what it missed there. If one
 * of them does not let it go on where it was, nothing is recovered. Event loop only.
 */
final class Recovery {
    private final Connection connection;
    private final SavedSession saved;
    private final List<Position> since;
    private final long mostBytes;
    /** Whether it went well; fails if the connection ended meanwhile. */
    private final Promise<Boolean> done = Promise.promise();

    private final List<Position> reached;
    private @Nullable String last;
    private boolean isLastKnown = true;

    /**
     * @param since where it goes on in each room
     * @param said what the client said it had last
     */
    Recovery(Connection connection, SavedSession saved, List<Position> since, @Nullable String said, long mostBytes) {
        this.connection = connection;
        this.saved = saved;
        this.since = since;
        this.mostBytes = mostBytes;
        this.reached = new ArrayList<>(since.size());
        this.last = said;
    }

    SavedSession saved() {
        return saved;
    }

    Future<Boolean> done() {
        return done.future();
    }

    /** The next room; or there is none any more. */
    void goOn() {
        int next = reached.size();
        if (next == since.size()) {
            finish();
        } else if (connection.pendingBytes() > mostBytes) {
            refuse();
        } else {
            SavedSession.Joined room = saved.rooms().get(next);
            connection.join(new ClientMessage.Join(null, room.room(), since.get(next), null, null, room.user()));
        }
    }

    void joined(Membership membership, @Nullable Entrance entrance) {
        if (done.future().isComplete()) {
            return;
        }
        if (entrance == null
                || !Boolean.TRUE.equals(entrance.recovered())
                || entrance.maxRate() != Channel.EVERY_FRAME) {
            refuse();
            return;
        }
        List<SharedMessage> missed = entrance.ending().each();
        for (SharedMessage message : missed) {
            Position at = placeOf(message.message(), entrance.position().epoch());
            connection.tell(message, at);
            last = at.word();
            isLastKnown = true;
        }
        if (entrance.ending().state() != null) {
            // The whole is shorter than what was missed of it.
            connection.tellBeginning(
                    new ServerMessage.Joined(null, membership.room(), null, entrance.position(), null, null, null),
                    entrance.ending());
            isLastKnown = false;
        }
        reached.add(entrance.position());
        goOn();
    }

    private static Position placeOf(ServerMessage message, String epoch) {
        return new Position(
                epoch,
                message instanceof ServerMessage.Patch patch
                        ? patch.offset()
                        : ((ServerMessage.Message) message).offset());
    }

    /** A room does not let it in, or not where it was. */
    void refuse() {
        done.tryComplete(false);
    }

    void ended() {
        done.tryFail("the connection has ended");
    }

    private void finish() {
        for (int i = 0; i < reached.size(); i++) {
            Membership membership = connection.membership(saved.rooms().get(i).room());
            if (membership == null) {
                refuse();
                return;
            }
            // What it was told of one room while it waited for the next may have come after its last place.
            isLastKnown &= reached.get(i).equals(membership.position());
        }
        connection.recovered(isLastKnown ? Beginning.only(last) : Beginning.NOTHING);
        done.complete(true);
    }
}
