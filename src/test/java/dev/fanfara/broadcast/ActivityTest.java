package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ActivityTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Activity activity = new Activity(5 * SECOND);

    @Test
    void rateIsSinceSomebodyLastAsked() {
        hears(30);
        assertThat(activity.perSecond(15 * SECOND)).isEqualTo(3);

        hears(8);
        assertThat(activity.perSecond(17 * SECOND)).isEqualTo(4);
        assertThat(activity.perSecond(18 * SECOND)).isZero();
    }

    @Test
    void whoAsksAtTheSameTimeHearsTheSame() {
        hears(10);
        assertThat(activity.perSecond(10 * SECOND)).isEqualTo(2);

        hears(100);

        assertThat(activity.perSecond(10 * SECOND + SECOND / 2)).isEqualTo(2);
        assertThat(activity.perSecond(15 * SECOND)).isEqualTo(20);
    }

    private void hears(int publications) {
        for (int i = 0; i < publications; i++) {
            activity.heard();
        }
    }
}
