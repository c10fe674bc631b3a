package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long START = -5_000; // nanoTime may be negative.

    @Test
    void messagesAreSpreadEvenly() {
        Pacer pacer = new Pacer(START, 4);

        assertThat(pacer.intendedNanos(0)).isEqualTo(START);
        assertThat(pacer.intendedNanos(1)).isEqualTo(START + TimeUnit.MILLISECONDS.toNanos(250));
        assertThat(pacer.intendedNanos(4)).isEqualTo(START + TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void aRateThatDoesNotDivideASecondDoesNotDrift() {
        Pacer pacer = new Pacer(START, 3);

        assertThat(pacer.intendedNanos(1)).isEqualTo(START + 333_333_333);
        assertThat(pacer.intendedNanos(3 * 3600)).isEqualTo(START + TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void aRateMayBeLessThanOneASecond() {
        assertThat(new Pacer(START, 0.1).intendedNanos(6)).isEqualTo(START + TimeUnit.MINUTES.toNanos(1));
    }
}
