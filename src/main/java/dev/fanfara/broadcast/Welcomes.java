package dev.fanfara.broadcast;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Tree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What those who come are told. A thousand clients that lost the same node come back from the same place, and get the
 * same: it is found and made into bytes once, until the room says something more, and for a moment at most. Touched only
 * by the room service's event loop.
 */
final class Welcomes {
    /** Of all rooms together; then all is made anew. */
    private static final long MAX_BYTES = 16 << 20;

    private static final int OVERHEAD = 256;

    private final Map<Occasion, Welcome> known = new HashMap<>();
    private long bytes;

    /** {@code recovered} is absent for those who did not say where they were before. */
    record Welcome(@Nullable Boolean recovered, SharedEnding ending) {}

    /** A replica equals only itself. */
    private record Occasion(
            Replica replica,
            long head,
            @Nullable Position since,
            @Nullable Integer history) {}

    /** {@code since} and {@code history}: as the member wrote them; {@code most}: bytes of messages in one answer. */
    Welcome welcome(RoomName room, Replica replica, @Nullable Position since, @Nullable Integer history, long most) {
        Occasion occasion = new Occasion(replica, replica.head().offset(), since, since == null ? history : null);
        Welcome found = known.get(occasion);
        if (found == null) {
            found = since != null
                    ? returning(room, replica, since, most)
                    : new Welcome(null, ending(room, replica, history, most));
            keep(occasion, found);
        }
        return found;
    }

    private Welcome returning(RoomName room, Replica replica, Position since, long most) {
        List<ServerMessage> missed = Answers.missed(room, replica, since, most);
        if (missed != null) {
            return new Welcome(true, new SharedEnding(missed, null));
        }
        // Whatever their places were, the picture is the same for all of them.
        boolean complete = replica.state() != null && replica.isPast(since);
        return new Welcome(complete, welcome(room, replica, null, null, most).ending());
    }

    private static SharedEnding ending(RoomName room, Replica replica, @Nullable Integer history, long most) {
        Tree state = replica.state();
        List<ServerMessage> newest =
                history == null ? null : Answers.newest(room, replica, state != null, history, most);
        return newest == null && state == null
                ? SharedEnding.NOTHING
                : new SharedEnding(newest, state == null ? null : state.toJson());
    }

    private void keep(Occasion occasion, Welcome welcome) {
        if (bytes > MAX_BYTES) {
            forget();
        }
        known.put(occasion, welcome);
        boolean isOwn = occasion.since() == null || welcome.ending().messages() != null;
        bytes += OVERHEAD + (isOwn ? welcome.ending().json().length : 0);
    }

    /** Now and then: what was remembered a moment ago may have expired. */
    void forget() {
        known.clear();
        bytes = 0;
    }
}
