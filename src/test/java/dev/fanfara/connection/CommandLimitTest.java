package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.config.Rate;
import dev.fanfara.protocol.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CommandLimitTest {
    private static final Rate THREE_A_MINUTE = new Rate(3, Duration.ofMinutes(1));
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final CommandLimit limit = new CommandLimit();
    /** Any number is a valid nanoTime, and it may pass zero. */
    private long now = -30 * SECOND;

    @Test
    void soManyPassPerWindowAndNoMore() {
        for (int window = 0; window < 3; window++) {
            take(3);
            assertThatThrownBy(() -> take(1)).isInstanceOf(Refusal.class);
            now += 60 * SECOND;
        }
    }

    @Test
    void theFirstCommandOpensTheWindow() {
        take(1);
        now += 59 * SECOND;
        take(2);
        now += SECOND;

        take(3);
    }

    @Test
    void whoIsRefusedLearnsHowLongToWait() {
        take(3);
        now += 45 * SECOND;

        assertThatThrownBy(() -> take(1))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(15)));
    }

    @Test
    void aNewRateHoldsAtOnce() {
        take(3);

        assertThatCode(() -> limit.take(new Rate(4, Duration.ofMinutes(1)), now))
                .doesNotThrowAnyException();
    }

    @Test
    void goingOnForTenWindowsWorthIsAFlood() {
        take(3);
        for (int refused = 1; refused <= 30; refused++) {
            assertThatThrownBy(() -> take(1)).isInstanceOf(Refusal.class);
            assertThat(limit.isFlooded(THREE_A_MINUTE)).isFalse();
        }

        assertThatThrownBy(() -> take(1)).isInstanceOf(Refusal.class);

        assertThat(limit.isFlooded(THREE_A_MINUTE)).isTrue();
    }

    private void take(int commands) {
        for (int i = 0; i < commands; i++) {
            limit.take(THREE_A_MINUTE, now);
        }
    }
}
