package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.RoomName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OccupancyTest {
    private static final RoomName A = new RoomName("a");
    private static final RoomName B = new RoomName("b");

    private final Told told = new Told();
    private final AtomicLong clock = new AtomicLong();
    private final Set<RoomName> hosted = new HashSet<>();
    private final Occupancy occupancy = new Occupancy(hosted::contains, told, clock::get);
    private final Interests interests = new Interests(occupancy);

    private static final class Told implements RoomEvents {
        private final List<String> events = new ArrayList<>();
        private boolean wanted = true;
        private boolean here = true;

        @Override
        public boolean areWanted() {
            return wanted;
        }

        @Override
        public boolean areToldHere() {
            return here;
        }

        @Override
        public void occupied(RoomName room) {
            events.add("+" + room);
        }

        @Override
        public void vacated(RoomName room) {
            events.add("-" + room);
        }
    }

    private void open(RoomName room) {
        occupancy.hosted(room, !interests.nodesOf(room).isEmpty());
        hosted.add(room);
    }

    private void close(RoomName room) {
        hosted.remove(room);
        occupancy.closed(room, !interests.nodesOf(room).isEmpty());
    }

    @Test
    void aRoomIsOccupiedFromItsFirstNodeToItsLast() {
        open(A);
        interests.add("n1", A);
        interests.add("n2", A);
        close(A);
        interests.remove("n1", A);
        assertThat(told.events).containsExactly("+a");

        interests.remove("n2", A);
        assertThat(told.events).containsExactly("+a", "-a");

        interests.add("n2", A);
        open(A);
        interests.remove("n2", A);
        close(A);
        assertThat(told.events).containsExactly("+a", "-a", "+a", "-a");
    }

    @Test
    void whatGoesWithANodeIsVacated() {
        open(A);
        interests.add("n1", A);
        interests.add("n1", B);

        interests.drop("n1");
        occupancy.review();
        assertThat(told.events).containsExactly("+a", "+b");

        clock.addAndGet(BroadcastVerticle.LINGER_NANOS);
        occupancy.review();
        assertThat(told.events).containsExactly("+a", "+b", "-b");
    }

    @Test
    void membersOfALostNodeThatComeBackInTimeNeverLeft() {
        interests.add("n1", A);
        interests.add("n1", B);

        interests.drop("n1");
        interests.add("n2", A);
        open(B);
        clock.addAndGet(BroadcastVerticle.LINGER_NANOS);
        occupancy.review();
        assertThat(told.events).containsExactly("+a", "+b");

        interests.remove("n2", A);
        close(B);
        assertThat(told.events).containsExactly("+a", "+b", "-a", "-b");
    }

    @Test
    void whoTakesOverSaysAgainWhatItSawLately() {
        told.here = false;
        interests.add("n1", A);
        clock.addAndGet(Occupancy.REMEMBERED.toNanos());
        interests.add("n1", B);
        clock.addAndGet(1);
        occupancy.review();
        assertThat(told.events).isEmpty();

        told.here = true;
        occupancy.review();

        assertThat(told.events).containsExactly("+b");
    }

    @Test
    void whatTheDeadNodeShouldHaveSaidComesBeforeWhatItsDeathChanges() {
        told.here = false;
        interests.add("dead", A);
        told.here = true;

        interests.drop("dead");
        clock.addAndGet(BroadcastVerticle.LINGER_NANOS);
        occupancy.review();

        assertThat(told.events).containsExactly("+a", "-a");
        occupancy.review();
        assertThat(told.events).hasSize(2);
    }

    @Test
    void memoryOfWhatOthersTellIsBounded() {
        told.here = false;
        for (int i = 0; i <= Occupancy.MOST_REMEMBERED; i++) {
            open(new RoomName("r" + i));
        }
        told.here = true;

        occupancy.review();

        assertThat(told.events)
                .hasSize(Occupancy.MOST_REMEMBERED)
                .doesNotContain("+r0")
                .contains("+r1");
    }

    @Test
    void nothingIsKeptForNobody() {
        told.here = false;
        told.wanted = false;
        open(A);
        told.here = true;
        told.wanted = true;

        occupancy.review();

        assertThat(told.events).isEmpty();
    }
}
