package dev.fanfara.room;

import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.Epochs;
import dev.fanfara.protocol.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final long EPOCH = 5;

    private long now = 1_000_000;
    private final RoomLog log = RoomLog.begin(EPOCH, LOG);
    private final Batches batches = new Batches("n1", LOG);

    @Test
    void anyOrderOfArrivalGivesTheOrderOfTheRoomWithoutAHole() {
        List<Entry> said = say(50);
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Entry> arriving = new ArrayList<>(said);
            said.forEach(entry -> {
                if (random.nextInt(3) == 0) {
                    arriving.add(entry);
                }
            });
            Collections.shuffle(arriving, random);
            Replica replica = blank();

            List<Long> heard = new ArrayList<>();
            for (Entry entry : arriving) {
                assertThat(replica.offer(EPOCH, entry)).isTrue();
                take(replica).forEach(taken -> heard.add(taken.offset()));
            }

            assertThat(heard)
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 50).boxed().toList());
            assertThat(replica.head()).isEqualTo(log.head());
            assertThat(replica.hasGap()).isFalse();
        }
    }

    @Test
    void aGapIsKnownUntilItIsFilled() {
        List<Entry> said = say(3);
        Replica replica = blank();

        replica.offer(EPOCH, said.get(2));
        assertThat(take(replica)).isEmpty();
        assertThat(replica.hasGap()).isTrue();

        replica.offer(EPOCH, said.get(0));
        replica.offer(EPOCH, said.get(1));
        assertThat(take(replica)).hasSize(3);
        assertThat(replica.hasGap()).isFalse();
    }

    @Test
    void whatIsMissingFindsRoomHoweverMuchCameTooEarly() {
        List<Entry> said = say(10_050);
        Replica replica = blank();

        said.subList(1, said.size()).forEach(entry -> replica.offer(EPOCH, entry));
        replica.offer(EPOCH, said.get(0));

        assertThat(take(replica)).hasSize(10_000);
    }

    @Test
    void anotherEpochIsRefused() {
        Entry entry = say(1).get(0);
        Replica replica = blank();

        assertThat(replica.offer(6, entry)).isFalse();
        assertThat(take(replica)).isEmpty();
    }

    @Test
    void anotherHistoryIsNoticed() {
        Entry entry = say(1).get(0);
        Replica replica = blank();

        replica.offer(EPOCH, new Entry(1, now, "eve", entry.payload(), entry.chain(), null));

        assertThat(take(replica)).isEmpty();
        assertThat(replica.isDiverged()).isTrue();
    }

    @Test
    void returningMembersGetExactlyWhatTheyMissed() {
        Keeping five = new Keeping(false, 5, 60_000, 1 << 20, 0);
        batches.keeping(five);
        say(8);
        Replica replica = new Replica(log.slice(now), five);

        assertThat(said(Objects.requireNonNull(replica.since(at(6))))).containsExactly("7", "8");
        assertThat(replica.since(at(8))).isEmpty();
        assertThat(replica.since(at(3))).hasSize(5);
        assertThat(replica.since(at(2))).as("too long ago").isNull();
        assertThat(replica.since(at(9))).as("not yet").isNull();
        assertThat(replica.since(new Position("other", 6))).isNull();
        assertThat(replica.isPast(at(2))).isTrue();
        assertThat(said(replica.newest(2))).containsExactly("7", "8");

        replica.expire(now + 60_001);
        assertThat(replica.since(at(6))).isNull();
        assertThat(replica.since(at(8))).isEmpty();
    }

    private Replica blank() {
        return new Replica(new Slice(EPOCH, 0, EPOCH, List.of(), null), LOG);
    }

    private static Position at(long offset) {
        return new Position(Epochs.text(EPOCH), offset);
    }

    private List<Entry> say(int count) {
        List<Entry> said = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Batch batch = batches.texts(Integer.toString(i));
            Outcome outcome = log.append(batch, now).answer().outcomes().get(0);
            said.add(new Entry(
                    outcome.offset(), now, "ann", batch.proposals().get(0).payload(), outcome.chain(), null));
        }
        return said;
    }

    private static List<Entry> take(Replica replica) {
        List<Entry> taken = new ArrayList<>();
        for (Entry next = replica.takeNext(); next != null; next = replica.takeNext()) {
            taken.add(next);
        }
        return taken;
    }
}
