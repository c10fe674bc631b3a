package dev.fanfara.connection;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many memberships each named user has on this node, over all its connections. Any thread. */
public final class RoomsPerUser {
    private final ConcurrentMap<String, Integer> memberships = new ConcurrentHashMap<>();

    /** Whether the user may be in so many rooms more, as things stand. */
    boolean allows(String user, int more, int limit) {
        return memberships.getOrDefault(user, 0) + more <= limit;
    }

    /** @throws Refusal {@code limit} */
    void take(String user, int limit) {
        memberships.compute(user, (name, count) -> {
            int now = count == null ? 0 : count;
            if (now >= limit) {
                throw new Refusal(ErrorCode.LIMIT, "This user is in as many rooms as it may be");
            }
            return now + 1;
        });
    }

    @SuppressWarnings("NullAway") // null removes the entry: the contract of ConcurrentMap.computeIfPresent
    void giveBack(String user) {
        memberships.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
    }
}
