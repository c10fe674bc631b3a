package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChronicleTest {
    private static final RoomName A = new RoomName("a");
    private static final RoomName B = new RoomName("b");

    private final Chronicle chronicle = new Chronicle();

    @Test
    void itTellsWhatRoomsSaidInThatOrder() {
        add(A, 1);
        long from = chronicle.size();
        add(A, 2);
        add(B, 1);
        long turn = chronicle.turn();
        chronicle.endTurn();
        add(A, 3);

        assertThat(offsets(from, -1, Set.of(A, B))).containsExactly(2L, 1L, 3L);
        assertThat(offsets(from, -1, Set.of(A))).containsExactly(2L, 3L);
        assertThat(offsets(from, turn, Set.of(A, B))).containsExactly(3L);
    }

    @Test
    void itSaysWhatItHasForgotten() {
        for (int offset = 1; offset <= Chronicle.KEPT + 1; offset++) {
            add(A, offset);
        }

        assertThat(chronicle.since(1, -1, Set.of(A), Chronicle.KEPT).complete()).isTrue();
        assertThat(offsets(1, -1, Set.of(A)))
                .hasSize(Chronicle.KEPT)
                .startsWith(2L)
                .endsWith(Chronicle.KEPT + 1L);
        assertThat(chronicle.since(0, -1, Set.of(A), Chronicle.KEPT + 1).complete())
                .isFalse();
        assertThat(chronicle.since(1, -1, Set.of(A), 10).complete()).isFalse();
        assertThat(chronicle.since(1, -1, Set.of(A), 10).said()).hasSize(10);
    }

    private void add(RoomName room, long offset) {
        chronicle.add(room, new Position("e", offset), new Position("e", offset - 1));
    }

    private List<Long> offsets(long from, long afterTurn, Set<RoomName> rooms) {
        return chronicle.since(from, afterTurn, rooms, Chronicle.KEPT).said().stream()
                .map(said -> said.at().offset())
                .toList();
    }
}
