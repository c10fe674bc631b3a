package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Proposal;
import dev.fanfara.room.Replica;
import dev.fanfara.room.RoomLog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WelcomesTest {
    private static final RoomName ROOM = new RoomName("room");
    private static final long EPOCH = 1;
    private static final long MOST = 1 << 20;

    private final Welcomes welcomes = new Welcomes();
    private long batches;

    @Test
    void thoseWhoComeFromTheSamePlaceShareTheirBytes() {
        Room room = new Room(log());
        room.says("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        Position left = room.replica.position(1);

        Welcomes.Welcome first = welcome(room, left, null);
        Welcomes.Welcome second = welcome(room, left, null);

        assertThat(first.recovered()).isTrue();
        assertThat(text(first))
                .startsWith(",\"messages\":[{")
                .contains("{\"n\":2}", "{\"n\":3}")
                .doesNotContain("{\"n\":1}");
        assertThat(second.ending().json()).isSameAs(first.ending().json());
        assertThat(text(welcome(room, room.replica.position(2), null))).doesNotContain("{\"n\":2}");
    }

    @Test
    void whatTheRoomSaysNextIsInTheNextWelcome() {
        Room room = new Room(log());
        room.says("{\"n\":1}");
        Position left = room.replica.position(0);
        welcome(room, left, null);

        room.says("{\"n\":2}");

        assertThat(text(welcome(room, left, null))).contains("{\"n\":1}", "{\"n\":2}");
    }

    @Test
    void whoseEverPastIsLostGetsTheSameState() {
        Room room = new Room(state());
        room.says("{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}");

        Welcomes.Welcome newcomer = welcome(room, null, null);
        Welcomes.Welcome early = welcome(room, room.replica.position(1), null);
        Welcomes.Welcome stranger = welcome(room, new Position("other", 7), null);

        assertThat(text(newcomer)).isEqualTo(",\"state\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4}}");
        assertThat(newcomer.recovered()).isNull();
        assertThat(early.recovered()).isTrue();
        assertThat(stranger.recovered()).isFalse();
        assertThat(early.ending()).isSameAs(newcomer.ending());
        assertThat(stranger.ending()).isSameAs(newcomer.ending());
    }

    @Test
    void whoAsksForHistoryGetsAsMuchAsAskedFor() {
        Room room = new Room(log());
        room.says("{\"n\":1}", "{\"n\":2}");

        assertThat(text(welcome(room, null, 1))).doesNotContain("{\"n\":1}").contains("{\"n\":2}");
        assertThat(text(welcome(room, null, 2))).contains("{\"n\":1}", "{\"n\":2}");
        assertThat(text(welcome(room, null, null))).isEqualTo("}");
    }

    @Test
    void nothingIsKeptForLong() {
        Room room = new Room(state());
        SharedEnding before = welcome(room, null, null).ending();

        welcomes.forget();

        assertThat(welcome(room, null, null).ending()).isNotSameAs(before);
    }

    private Welcomes.Welcome welcome(Room room, @Nullable Position since, @Nullable Integer history) {
        return welcomes.welcome(ROOM, room.replica, since, history, MOST);
    }

    private static String text(Welcomes.Welcome welcome) {
        return new String(welcome.ending().json(), StandardCharsets.UTF_8);
    }

    private static Keeping log() {
        return new Keeping(false, 100, 600_000, 1 << 20, 1 << 20);
    }

    private static Keeping state() {
        return new Keeping(true, 2, 600_000, 1 << 20, 1 << 20);
    }

    /** A room's memory and the replica that follows it. */
    private final class Room {
        private final Keeping keeping;
        private final RoomLog log;
        private final Replica replica;

        Room(Keeping keeping) {
            this.keeping = keeping;
            log = RoomLog.begin(EPOCH, keeping);
            replica = new Replica(log.slice(0), keeping);
        }

        void says(String... payloads) {
            for (String json : payloads) {
                Payload payload = new Payload(Payload.Kind.DATA, json.getBytes(StandardCharsets.UTF_8));
                Proposal proposal = new Proposal(null, payload, null);
                Appended appended = log.append(
                                new Batch("node", ++batches, EPOCH, Head.UNKNOWN, keeping, List.of(proposal)), 0)
                        .answer();
                Outcome outcome = appended.outcomes().get(0);
                replica.offer(
                        EPOCH, new Entry(outcome.offset(), appended.timestamp(), null, payload, outcome.chain(), null));
                assertThat(replica.takeNext()).isNotNull();
            }
        }
    }
}
