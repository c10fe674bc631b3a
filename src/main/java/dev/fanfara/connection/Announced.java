package dev.fanfara.connection;

import dev.fanfara.protocol.ConnectionId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * To whom something was said lately that went around rooms, which no client that was away can be told any more. Every loop
 * of the cluster hears of it. Touched only by one of them.
 */
final class Announced {
    private static final int MAX_KEPT = 256;
    /** By so much the clocks of two nodes may differ. */
    private static final long CLOCKS_MS = 2_000;

    private final Deque<Announcement> kept = new ArrayDeque<>();
    /** What was announced before is not known any more. */
    private long knownSince = System.currentTimeMillis();

    /** {@code to} is a user or a connection, or null for everybody. */
    private record Announcement(@Nullable String to, long at) {}

    void add(@Nullable String to) {
        if (kept.size() == MAX_KEPT) {
            knownSince = kept.removeFirst().at();
        }
        kept.addLast(new Announcement(to, System.currentTimeMillis()));
    }

    /** Whether something may have been said to it since then, in milliseconds since 1970. */
    boolean maySince(long then, ConnectionId connection, String user) {
        return then - CLOCKS_MS < knownSince
                || kept.stream()
                        .anyMatch(each -> each.at() > then - CLOCKS_MS
                                && (each.to() == null
                                        || Objects.equals(each.to(), user)
                                        || Objects.equals(each.to(), connection.value())));
    }
}
