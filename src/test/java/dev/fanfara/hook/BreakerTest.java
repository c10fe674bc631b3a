package dev.fanfara.hook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long PAUSE = Breaker.PAUSE.toNanos();

    private final Breaker breaker = new Breaker();

    @Test
    void whoFailsInARowIsLeftAloneThenAskedOnce() {
        fails(Breaker.FAILURES - 1);
        assertThat(breaker.lets(0)).isTrue();

        fails(1);
        assertThat(breaker.lets(0)).isFalse();
        assertThat(breaker.lets(PAUSE - 1)).isFalse();
        assertThat(breaker.lets(PAUSE)).isTrue();
        assertThat(breaker.lets(PAUSE)).isFalse();
    }

    @Test
    void oneAnswerOpensItAgain() {
        fails(Breaker.FAILURES);
        breaker.succeeded();
        assertThat(breaker.lets(1)).isTrue();

        fails(1);
        assertThat(breaker.lets(1)).isTrue();
    }

    private void fails(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(0);
        }
    }
}
