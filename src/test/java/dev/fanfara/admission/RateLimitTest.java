package dev.fanfara.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.Rate;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final AtomicReference<Rate> rate = new AtomicReference<>(new Rate(3, Duration.ofMinutes(1)));
    private final AtomicLong nanos = new AtomicLong(1);
    private final RateLimit limit = new RateLimit(rate::get, new HandMovedClock(nanos));

    @Test
    void exactlySoManyPassPerWindow() {
        assertThat(passes("a", 5)).isEqualTo(3);

        move(Duration.ofSeconds(59));
        assertThat(passes("a", 5)).isZero();

        move(Duration.ofSeconds(1));
        assertThat(passes("a", 5)).isEqualTo(3);
    }

    @Test
    void refusalSaysWhenTheNextWindowBegins() {
        passes("a", 3);
        move(Duration.ofSeconds(20));

        assertThat(limit.refuses("a")).contains(Duration.ofSeconds(40));
    }

    @Test
    void toAskWhetherItIsSpentSpendsNothing() {
        assertThat(limit.isSpent("a")).isEmpty();
        passes("a", 2);
        assertThat(limit.isSpent("a")).isEmpty();
        passes("a", 1);
        move(Duration.ofSeconds(20));

        assertThat(limit.isSpent("a")).contains(Duration.ofSeconds(40));
        move(Duration.ofSeconds(40));
        assertThat(limit.isSpent("a")).isEmpty();
        assertThat(passes("a", 5)).isEqualTo(3);
    }

    @Test
    void keysDoNotCountForEachOther() {
        passes("a", 3);

        assertThat(passes("b", 5)).isEqualTo(3);
    }

    @Test
    void newRateStartsAnew() {
        passes("a", 3);

        rate.set(new Rate(5, Duration.ofMinutes(1)));

        assertThat(passes("a", 9)).isEqualTo(5);
    }

    @Test
    void equalRateOfANewConfigurationChangesNothing() {
        passes("a", 3);

        rate.set(new Rate(3, Duration.ofMinutes(1)));

        assertThat(passes("a", 1)).isZero();
    }

    private int passes(String key, int tries) {
        int passed = 0;
        for (int i = 0; i < tries; i++) {
            passed += limit.refuses(key).isEmpty() ? 1 : 0;
        }
        return passed;
    }

    private void move(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    private record HandMovedClock(AtomicLong nanos) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
