package dev.fanfara.room;

import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();
    private long head;

    @Test
    void keepsTheLastOnes() {
        Keeping three = new Keeping(false, 3, 60_000, 1 << 20, 0);

        say(three, 0, "a", "b", "c", "d");

        assertThat(said(List.copyOf(history.all()))).containsExactly("b", "c", "d");
        assertThat(said(history.after(2))).containsExactly("c", "d");
        assertThat(history.after(4)).isEmpty();
    }

    @Test
    void keepsNoMoreBytesThanItMay() {
        Keeping small = new Keeping(false, 100, 60_000, 1_000, 0);

        say(small, 0, "a".repeat(300), "b".repeat(300), "c".repeat(300));
        assertThat(history.after(0)).hasSize(2);

        say(small, 0, "d".repeat(2_000));
        assertThat(history.after(0)).isEmpty();

        say(small, 0, "e");
        assertThat(said(history.after(0))).containsExactly("e");
    }

    @Test
    void keepsNoneThatAreTooOld() {
        Keeping minute = new Keeping(false, 100, 60_000, 1 << 20, 0);
        say(minute, 1_000, "a");
        say(minute, 2_000, "b");

        history.expire(minute, 61_000);
        assertThat(said(history.after(0))).containsExactly("a", "b");

        history.expire(minute, 61_001);
        assertThat(said(history.after(0))).containsExactly("b");

        history.expire(minute, 100_000);
        assertThat(history.after(0)).isEmpty();
    }

    @Test
    void reachesBackAsFarAsNothingIsMissing() {
        assertThat(history.reachesBackTo(0, 0)).isTrue();

        say(new Keeping(false, 2, 60_000, 1 << 20, 0), 0, "a", "b", "c");

        assertThat(history.reachesBackTo(3, head)).isTrue();
        assertThat(history.reachesBackTo(1, head)).isTrue();
        assertThat(history.reachesBackTo(0, head)).isFalse();
    }

    @Test
    void aRoomWithoutHistoryReachesBackToItsHeadOnly() {
        say(new Keeping(false, 0, 60_000, 1 << 20, 0), 0, "a");

        assertThat(history.reachesBackTo(1, head)).isTrue();
        assertThat(history.reachesBackTo(0, head)).isFalse();
    }

    private void say(Keeping keeping, long millis, String... texts) {
        for (String text : texts) {
            history.add(new Entry(++head, millis, null, Batches.text(text), 0, null), keeping);
        }
    }
}
