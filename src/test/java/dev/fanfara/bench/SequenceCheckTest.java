package dev.fanfara.bench;

import static dev.fanfara.bench.SequenceCheck.Verdict.AFTER_GAP;
import static dev.fanfara.bench.SequenceCheck.Verdict.DUPLICATE;
import static dev.fanfara.bench.SequenceCheck.Verdict.IN_ORDER;
import static dev.fanfara.bench.SequenceCheck.Verdict.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck(2);

    @Test
    void whatComesInOrderIsFine() {
        accept(0, 0, 1, 2);

        assertThat(check.lost(0, 3)).isZero();
    }

    @Test
    void aGapIsLostUntilItIsFilled() {
        accept(0, 0, 1);

        assertThat(check.accept(0, 5)).isEqualTo(AFTER_GAP);
        assertThat(check.skipped()).isEqualTo(3);
        assertThat(check.lost(0, 6)).isEqualTo(3);
        assertThat(check.accept(0, 3)).isEqualTo(LATE);
        assertThat(check.lost(0, 6)).isEqualTo(2);
        assertThat(check.accept(0, 2)).isEqualTo(LATE);
        assertThat(check.accept(0, 4)).isEqualTo(LATE);
        assertThat(check.lost(0, 6)).isZero();
        assertThat(check.accept(0, 6)).isEqualTo(IN_ORDER);
    }

    @Test
    void whatComesTwiceIsADuplicate() {
        accept(0, 0, 1, 2);

        assertThat(check.accept(0, 1)).isEqualTo(DUPLICATE);
        assertThat(check.accept(0, 4)).isEqualTo(AFTER_GAP);
        assertThat(check.accept(0, 3)).isEqualTo(LATE);
        assertThat(check.accept(0, 3)).isEqualTo(DUPLICATE);
        assertThat(check.lost(0, 5)).isZero();
    }

    @Test
    void theFirstAndTheLastCanBeLostToo() {
        assertThat(check.accept(0, 1)).isEqualTo(AFTER_GAP);

        assertThat(check.lost(0, 4)).isEqualTo(1 + 2);
    }

    @Test
    void streamsAreCheckedApart() {
        accept(0, 0, 1);
        accept(1, 0);

        assertThat(check.lost(0, 2)).isZero();
        assertThat(check.lost(1, 2)).isEqualTo(1);
    }

    private void accept(int slot, long... sequences) {
        for (long sequence : sequences) {
            assertThat(check.accept(slot, sequence)).isEqualTo(IN_ORDER);
        }
    }
}
