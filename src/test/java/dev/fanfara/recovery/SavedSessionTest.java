package dev.fanfara.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.recovery.SavedSession.Beginning;
import dev.fanfara.recovery.SavedSession.Joined;
import dev.fanfara.recovery.SavedSession.Said;
import dev.fanfara.recovery.SavedSession.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SavedSessionTest {
    private static final ConnectionId CONNECTION = ConnectionId.random();
    private static final RoomName A = new RoomName("log:a");
    private static final RoomName B = new RoomName("log:b");

    @Test
    void whatAClientHadLastTellsHowFarItCameInEachRoom() {
        SavedSession saved = saved(
                List.of(joined(A, at("a", 5)), joined(B, at("b", 9))),
                List.of(said(A, "a", 4), said(B, "b", 9), said(A, "a", 5)),
                Beginning.ANYTHING);

        assertThat(saved.after("a.5")).contains(List.of(at("a", 5), at("b", 9)));
        assertThat(saved.after("b.9")).contains(List.of(at("a", 4), at("b", 9)));
        assertThat(saved.after("a.4")).contains(List.of(at("a", 4), at("b", 8)));
        assertThat(saved.after("b.8")).contains(List.of(at("a", 3), at("b", 8)));
        assertThat(saved.after(null)).contains(List.of(at("a", 3), at("b", 8)));
    }

    @Test
    void whatIsNotKnownIsNotGuessed() {
        List<Joined> now = List.of(joined(A, at("a", 5)), joined(B, at("b", 9)));
        List<Said> tail = List.of(said(A, "a", 5));

        SavedSession unsure = saved(now, tail, Beginning.NOTHING);
        assertThat(unsure.after("a.4")).isEmpty();
        assertThat(unsure.after("b.9")).isEmpty();
        assertThat(unsure.after(null)).isEmpty();
        assertThat(unsure.after("a.5")).contains(List.of(at("a", 5), at("b", 9)));

        SavedSession afterReplay = saved(now, tail, Beginning.only("b.9"));
        assertThat(afterReplay.after("b.9")).contains(List.of(at("a", 4), at("b", 9)));
        assertThat(afterReplay.after("b.8")).isEmpty();
        assertThat(afterReplay.after(null)).isEmpty();
        assertThat(saved(now, tail, Beginning.only(null)).after(null)).isPresent();
    }

    @Test
    void aNewEpochIsABeginningBeforeWhichNothingFollows() {
        SavedSession saved = saved(
                List.of(joined(A, at("new", 2)), joined(B, at("b", 9))),
                List.of(said(A, "old", 7), said(B, "b", 9), new Said(A, at("new", 1), null), said(A, "new", 2)),
                Beginning.ANYTHING);

        assertThat(saved.after("new.1")).contains(List.of(at("new", 1), at("b", 9)));
        // The room itself says no to a place of an old epoch.
        assertThat(saved.after("b.9")).contains(List.of(at("old", 7), at("b", 9)));
        SavedSession shorter = saved(
                List.of(joined(A, at("new", 2)), joined(B, at("b", 9))),
                List.of(said(B, "b", 9), new Said(A, at("new", 1), null), said(A, "new", 2)),
                Beginning.ANYTHING);
        assertThat(shorter.after("b.9")).isEmpty();
    }

    @Test
    void whatDoesNotFitTogetherIsNotKept() {
        assertThat(SavedSession.of(
                        CONNECTION,
                        "ann",
                        0,
                        List.of(joined(A, at("a", 5))),
                        List.of(said(A, "a", 4)),
                        Beginning.ANYTHING))
                .isEmpty();
    }

    @Test
    void exactlyWhatWasNotHadIsMissingWhateverWasSaid() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int rooms = 1 + random.nextInt(4);
            int all = random.nextInt(60);
            long[] offsets = random.longs(rooms, 0, 1_000).toArray();
            long[] first = offsets.clone();
            List<Said> said = new ArrayList<>();
            List<Integer> roomOf = new ArrayList<>();
            for (int i = 0; i < all; i++) {
                int room = random.nextInt(rooms);
                roomOf.add(room);
                said.add(said(room(room), "e" + room, ++offsets[room]));
            }
            // The tail begins somewhere in what was said; the client surely had what came before it.
            int begin = all == 0 ? 0 : random.nextInt(all);
            List<Joined> now = IntStream.range(0, rooms)
                    .mapToObj(room -> joined(room(room), at("e" + room, offsets[room])))
                    .toList();
            SavedSession saved = SavedSession.decode(
                    saved(now, said.subList(begin, all), Beginning.ANYTHING).encode());

            int had = begin + random.nextInt(all - begin + 1);
            long[] expected = first.clone();
            roomOf.subList(0, had).forEach(room -> expected[room]++);
            String last = had == 0 ? null : said.get(had - 1).at().word();

            assertThat(saved.after(last))
                    .as("seed %d", seed)
                    .contains(IntStream.range(0, rooms)
                            .mapToObj(room -> at("e" + room, expected[room]))
                            .toList());
        }
    }

    @Test
    void aSessionIsTheSameWhenItIsReadAgain() {
        SavedSession saved = new SavedSession(
                CONNECTION,
                "ann \"the\" first",
                17,
                List.of(joined(A, at("a", 5)), new Joined(RoomName.in("/admin", "b"), "", null)),
                List.of(
                        new Told(0, at("a", 6)),
                        new Told(1, at("b", 1)),
                        new Told(0, at("c", 7)),
                        new Told(0, at("c", 8))),
                Beginning.only(null));

        assertThat(SavedSession.decode(saved.encode())).isEqualTo(saved);
    }

    @Test
    void theLongestTailFits() {
        List<Told> tail = new ArrayList<>();
        for (int i = 0; i < SavedSession.MAX_TAIL; i++) {
            tail.add(new Told(100, at("3w5e11264sgsf", 1_000_000_000 + i)));
        }
        SavedSession saved = new SavedSession(CONNECTION, "ann", 0, List.of(), tail, Beginning.NOTHING);

        assertThat(saved.encode().length()).isLessThan(SavedSession.MAX_LENGTH * 3 / 4);
    }

    private static SavedSession saved(List<Joined> now, List<Said> tail, Beginning beginning) {
        return SavedSession.of(CONNECTION, "ann", 0, now, tail, beginning).orElseThrow();
    }

    private static RoomName room(int number) {
        return new RoomName("log:" + number);
    }

    private static Joined joined(RoomName room, Position at) {
        return new Joined(room, "ann", at);
    }

    private static Said said(RoomName room, String epoch, long offset) {
        return new Said(room, at(epoch, offset), at(epoch, offset - 1));
    }

    private static Position at(String epoch, long offset) {
        return new Position(epoch, offset);
    }
}
