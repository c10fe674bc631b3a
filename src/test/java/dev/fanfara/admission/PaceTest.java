package dev.fanfara.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PER_SECOND = 100;
    private static final boolean COMES_BACK = true;
    private static final boolean NEWCOMER = false;

    /** Near the end of what a long can hold, as {@link System#nanoTime} may be. */
    private long now = Long.MAX_VALUE - SECOND;

    private final Pace pace = new Pace(PER_SECOND, now);

    @Test
    void aSecondsWorthMayBeginAtOnceAndThenOneAtEachInterval() {
        assertThat(begin(3 * PER_SECOND, NEWCOMER)).isEqualTo(PER_SECOND);

        now += SECOND / 2;
        assertThat(begin(3 * PER_SECOND, NEWCOMER)).isEqualTo(PER_SECOND / 2);

        now += 100 * SECOND;
        assertThat(begin(3 * PER_SECOND, COMES_BACK)).isEqualTo(PER_SECOND);
    }

    @Test
    void askingTakesNothing() {
        for (int i = 0; i < 3 * PER_SECOND; i++) {
            assertThat(pace.refuses(NEWCOMER, now)).isEmpty();
        }

        assertThat(begin(3 * PER_SECOND, NEWCOMER)).isEqualTo(PER_SECOND);
    }

    @Test
    void oneASecondIsAPaceToo() {
        Pace slow = new Pace(1, now);

        assertThat(slow.begin(NEWCOMER, now)).isEmpty();
        assertThat(slow.begin(NEWCOMER, now)).isPresent();
        assertThat(slow.begin(NEWCOMER, now + SECOND)).isEmpty();
    }

    @Test
    void whoComesBackGoesFirstAndNewcomersGetTheirTenth() {
        begin(PER_SECOND, NEWCOMER);
        int back = 0;
        int first = 0;
        for (int tick = 0; tick < 1_000; tick++) {
            now += SECOND / 200;
            // Newcomers are as many, and always a moment earlier.
            first += begin(2, NEWCOMER);
            back += begin(2, COMES_BACK);
        }

        assertThat(back + first).isEqualTo(5 * PER_SECOND);
        assertThat(first).isBetween(5 * PER_SECOND / 10, 5 * PER_SECOND / 10 + PER_SECOND / 10 + 2);
    }

    @Test
    void whenNobodyComesBackNewcomersGetAll() {
        begin(PER_SECOND, NEWCOMER);
        begin(1, COMES_BACK);
        now += 3 * SECOND;

        assertThat(begin(3 * PER_SECOND, NEWCOMER)).isEqualTo(PER_SECOND);
    }

    @Test
    void liarsGetNoMoreThanTheLimit() {
        int begun = 0;
        for (int tick = 0; tick < 1_000; tick++) {
            now += SECOND / 200;
            begun += begin(10, COMES_BACK);
        }

        assertThat(begun).isBetween(6 * PER_SECOND - 1, 6 * PER_SECOND + 1);
    }

    @Test
    void theRefusedComeBackAsTheLimitAllows() {
        begin(PER_SECOND, COMES_BACK);
        List<Long> turns = new ArrayList<>();
        for (int i = 0; i < 5 * PER_SECOND; i++) {
            turns.add(pace.begin(COMES_BACK, now).orElseThrow().toNanos());
        }

        TreeMap<Long, Integer> inSecond = new TreeMap<>();
        turns.forEach(turn -> inSecond.merge(turn / SECOND, 1, Integer::sum));
        assertThat(inSecond.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(PER_SECOND + 1));

        long start = now;
        for (long turn : turns) {
            now = start + turn;
            assertThat(pace.begin(COMES_BACK, now)).isEmpty();
        }
    }

    @Test
    void nobodyIsToldToWaitForLongAndThoseManyAreSpread() {
        Set<Long> seconds = new HashSet<>();
        for (int i = 0; i < 100 * PER_SECOND; i++) {
            Duration wait = pace.begin(COMES_BACK, now).orElse(Duration.ZERO);
            assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(10));
            seconds.add(wait.toSeconds());
        }

        assertThat(seconds).hasSizeGreaterThanOrEqualTo(9);
    }

    private int begin(int many, boolean comesBack) {
        int begun = 0;
        for (int i = 0; i < many; i++) {
            begun += pace.begin(comesBack, now).isEmpty() ? 1 : 0;
        }
        return begun;
    }
}
