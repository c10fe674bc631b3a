package dev.fanfara.broadcast;

import dev.fanfara.protocol.RoomName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Tells when a room gets its first member in the cluster and when it lost its last, which every node sees, and one tells.
 * The others keep what they saw lately, since whoever told may have died of what it should have said: the one that takes
 * over says it again. So each change is told once, and after a crash at least once. A node lingers in a room that its last
 * member left, and members of a node that is gone have as long to come back, so a page that loads again or a restart is no
 * change. Touched only by the room service's event loop.
 */
final class Occupancy implements Interests.Changes {
    /** Longer than a node may be silent until the others go on without it. */
    static final Duration REMEMBERED = Duration.ofSeconds(30);

    static final int MOST_REMEMBERED = 10_000;

    private final Predicate<RoomName> hostedHere;
    private final RoomEvents events;
    private final LongSupplier clock;
    /** Nothing while this node is the one that tells. */
    private final Deque<Seen> untold = new ArrayDeque<>();
    /** Rooms that were on a lost node only, and since when; the eldest first. */
    private final Map<RoomName, Long> leftBehind = new LinkedHashMap<>();

    private boolean telling;

    private record Seen(RoomName room, boolean occupied, long atNanos) {}

    /** @param hostedHere whether this node has members, or had some a moment ago; it has until {@link #closed} returns */
    Occupancy(Predicate<RoomName> hostedHere, RoomEvents events, LongSupplier clock) {
        this.hostedHere = hostedHere;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public void wanted(RoomName room) {
        if (!hostedHere.test(room)) {
            occupied(room);
        }
    }

    @Override
    public void unwanted(RoomName room) {
        if (!hostedHere.test(room)) {
            changed(room, false);
        }
    }

    @Override
    public void lost(RoomName room) {
        if (!hostedHere.test(room)) {
            leftBehind.put(room, clock.getAsLong());
        }
    }

    void hosted(RoomName room, boolean wantedElsewhere) {
        if (!wantedElsewhere) {
            occupied(room);
        }
    }

    private void occupied(RoomName room) {
        if (leftBehind.remove(room) == null) {
            changed(room, true);
        }
    }

    void closed(RoomName room, boolean wantedElsewhere) {
        if (!wantedElsewhere) {
            changed(room, false);
        }
    }

    private void changed(RoomName room, boolean occupied) {
        takeOverIfDue();
        if (telling) {
            tell(room, occupied);
        } else if (events.areWanted()) {
            if (untold.size() == MOST_REMEMBERED) {
                untold.remove();
            }
            untold.add(new Seen(room, occupied, clock.getAsLong()));
        }
    }

    /** Now and then. */
    void review() {
        takeOverIfDue();
        long now = clock.getAsLong();
        for (Iterator<Map.Entry<RoomName, Long>> each = leftBehind.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<RoomName, Long> eldest = each.next();
            if (now - eldest.getValue() < BroadcastVerticle.LINGER_NANOS) {
                break;
            }
            each.remove();
            changed(eldest.getKey(), false);
        }
        long since = now - REMEMBERED.toNanos();
        while (!untold.isEmpty() && untold.element().atNanos() - since < 0) {
            untold.remove();
        }
    }

    private void takeOverIfDue() {
        telling = events.areToldHere();
        while (telling && !untold.isEmpty()) {
            Seen seen = untold.remove();
            tell(seen.room(), seen.occupied());
        }
    }

    private void tell(RoomName room, boolean occupied) {
        if (occupied) {
            events.occupied(room);
        } else {
            events.vacated(room);
        }
    }
}
