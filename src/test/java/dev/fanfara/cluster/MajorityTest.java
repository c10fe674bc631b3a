package dev.fanfara.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MajorityTest {
    @Test
    void twoOfThreeAreEnoughAndOneIsNot() {
        Majority majority = new Majority(2, 1);

        assertThat(majority.isEnough(3)).isTrue();
        assertThat(majority.isEnough(2)).isTrue();
        assertThat(majority.isEnough(1)).isFalse();
    }

    /** A developer's one node, or two of a list that nobody wrote. */
    @Test
    void aMinimumThatCountsFromThreeNodesCountsEverAfter() {
        Majority majority = new Majority(2, 3);
        majority.nowThereAre(nodes(1));
        assertThat(majority.isHeld()).isTrue();
        majority.nowThereAre(nodes(2));
        majority.nowThereAre(nodes(1));
        assertThat(majority.isHeld()).isTrue();

        majority.nowThereAre(nodes(3));
        assertThat(majority.isHeld()).isTrue();
        majority.nowThereAre(nodes(1));
        assertThat(majority.isHeld()).isFalse();
    }

    @Test
    void itIsLostFromTheMomentThatTooFewWereLeft() {
        Majority majority = new Majority(2, 1);
        majority.nowThereAre(nodes(3));
        assertThat(majority.isLostFor(Duration.ZERO)).isFalse();

        majority.nowThereAre(nodes(1));
        assertThat(majority.isLostFor(Duration.ZERO)).isTrue();
        assertThat(majority.isLostFor(Duration.ofMinutes(1))).isFalse();
        assertThat(majority).hasToString("1 of the 2 nodes it needs");

        majority.nowThereAre(nodes(2));
        assertThat(majority.isLostFor(Duration.ZERO)).isFalse();
    }

    @Test
    void twoAreAMajorityOfThreeAndNotOfFour() {
        Majority majority = new Majority(2, 1);
        majority.nowThereAre(nodes(3));
        assertThat(majority.isOfAll()).isTrue();

        majority.nowThereAre(nodes(4));
        majority.nowThereAre(nodes(2));

        assertThat(majority.isOfAll()).as("two others may be elsewhere").isFalse();
    }

    @Test
    void aNodeThatStartsAloneHasNoneYet() {
        Majority majority = new Majority(2, 1);
        majority.nowThereAre(nodes(1));

        assertThat(majority.isLostFor(Duration.ZERO)).isTrue();
    }

    @Test
    void itIsConfirmedByTheNodesThatWereAskedLately() {
        Majority majority = new Majority(2, 1);
        majority.nowThereAre(nodes(3));
        assertThat(majority.isConfirmed()).isFalse();

        majority.confirmedBy("n1", System.nanoTime() - Majority.LEASE.toNanos());
        assertThat(majority.isConfirmed())
                .as("asked before this node was frozen")
                .isFalse();
        majority.confirmedBy("n1", System.nanoTime());
        assertThat(majority.isConfirmed()).isTrue();

        majority.nowThereAre(Set.of("n0", "n2"));
        assertThat(majority.isConfirmed()).as("by a node that is gone").isFalse();
    }

    @Test
    void whoNeedsNobodyNeedsNoConfirmation() {
        assertThat(new Majority(1, 1).isConfirmed()).isTrue();
        assertThat(new Majority(2, 3).isConfirmed()).as("before it counts").isTrue();
    }

    private static Set<String> nodes(int count) {
        return IntStream.range(0, count).mapToObj(i -> "n" + i).collect(Collectors.toSet());
    }
}
