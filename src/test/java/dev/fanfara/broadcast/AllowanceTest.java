package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Allowance allowance = new Allowance(10, 2, 0);

    @Test
    void aBurstIsFollowedByAFewEachSecond() {
        assertThat(allowance.tryTake(10, 0)).isTrue();
        assertThat(allowance.tryTake(1, SECOND / 2 - 1)).isFalse();
        assertThat(allowance.tryTake(1, SECOND / 2)).isTrue();
        assertThat(allowance.tryTake(2, SECOND)).isFalse();
        assertThat(allowance.tryTake(2, SECOND * 3 / 2)).isTrue();
    }

    @Test
    void aQuietWhileFillsItAndNoMore() {
        assertThat(allowance.tryTake(10, 0)).isTrue();
        assertThat(allowance.tryTake(11, 100 * SECOND)).isFalse();
        assertThat(allowance.tryTake(10, 100 * SECOND)).isTrue();
        assertThat(allowance.tryTake(1, 100 * SECOND)).isFalse();
    }

    @Test
    void whatIsRefusedTakesNothing() {
        assertThat(allowance.tryTake(11, 0)).isFalse();
        assertThat(allowance.tryTake(10, 0)).isTrue();
    }
}
