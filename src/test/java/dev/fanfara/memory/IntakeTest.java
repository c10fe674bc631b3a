package dev.fanfara.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IntakeTest {
    private final Intake intake = new Intake(100);

    @Test
    void whatFindsNoRoomTakesNone() {
        assertThat(intake.tryTake(60)).isTrue();
        assertThat(intake.tryTake(41)).isFalse();
        assertThat(intake.tryTake(40)).isTrue();
        assertThat(intake.bytes()).isEqualTo(100);
    }

    @Test
    void whatWaitedLongIsOverdueOnlyAmongMuch() {
        long longAgo = System.nanoTime() - 2_000_000_000L;
        assertThat(intake.isOverdue(longAgo)).isFalse();

        intake.add(51);
        assertThat(intake.isOverdue(longAgo)).isTrue();
        assertThat(intake.isOverdue(System.nanoTime())).isFalse();
    }

    @Test
    void whatIsPassedOnMakesOthersWait() {
        intake.add(150);
        assertThat(intake.tryTake(1)).isFalse();

        intake.giveBack(150);
        assertThat(intake.tryTake(100)).isTrue();
    }
}
