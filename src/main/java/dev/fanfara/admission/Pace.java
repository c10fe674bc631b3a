package dev.fanfara.admission;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * So many connections may begin in a second. While clients that come back are being refused, nine in ten of these are
 * theirs: who had a dashboard before him misses it more than who is about to open one. Anyone can say that he comes
 * back; all together get no more than the limit, and newcomers their tenth. Any thread.
 *
 * <p>Whoever is refused is told to wait until those who were refused before him have had their turn, so the refused do
 * not come back as one wave.
 */
final class Pace {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NEWCOMERS_SHARE = 10;
    /** So long after one that comes back was refused, others may be expected to. */
    private static final long CONTESTED_NANOS = 2 * SECOND;
    /** Who would have to wait longer may as well ask another node sooner. */
    private static final long LONGEST_WAIT = 10 * SECOND;

    private final int perSecond;
    private final Meter all;
    private final Meter newcomers;
    private boolean contested;
    private long contestedUntil;

    /** {@code now} is {@link System#nanoTime}, here and below. */
    Pace(int perSecond, long now) {
        this.perSecond = perSecond;
        all = new Meter(SECOND / perSecond, now);
        newcomers = new Meter(NEWCOMERS_SHARE * SECOND / perSecond, now);
    }

    int perSecond() {
        return perSecond;
    }

    /** One more begins: empty if it may, else how long to wait. */
    synchronized Optional<Duration> begin(boolean comesBack, long now) {
        Optional<Duration> wait = refuses(comesBack, now);
        if (wait.isEmpty()) {
            all.take(now);
            if (contested && !comesBack) {
                newcomers.take(now);
            }
        }
        return wait;
    }

    /** Empty if one more might begin now, else how long to wait. */
    synchronized Optional<Duration> refuses(boolean comesBack, long now) {
        contested &= now - contestedUntil < 0;
        boolean isHeldBack = contested && !comesBack;
        if (all.has(now) && !(isHeldBack && !newcomers.has(now))) {
            return Optional.empty();
        }
        if (comesBack) {
            contested = true;
            contestedUntil = now + CONTESTED_NANOS;
        }
        return Optional.of(Duration.ofNanos((isHeldBack ? newcomers : all).promise(now)));
    }

    /** One at each interval; what a second of quiet saved may go at once. Touched only under the lock of its owner. */
    private static final class Meter {
        private final long interval;
        private final long burst;
        /** Until then all is spent, but for the burst. */
        private long spentUntil;
        /** Until then the turns are promised to those who were refused. */
        private long promisedUntil;

        Meter(long interval, long now) {
            this.interval = interval;
            burst = Math.max(SECOND, interval);
            spentUntil = now;
            promisedUntil = now;
        }

        boolean has(long now) {
            return spentUntil + interval - burst - now <= 0;
        }

        void take(long now) {
            spentUntil = later(spentUntil, now) + interval;
        }

        long promise(long now) {
            long free = later(spentUntil + interval - burst, now);
            long turn = later(promisedUntil, free) + interval;
            if (turn - now > LONGEST_WAIT) {
                return ThreadLocalRandom.current().nextLong(LONGEST_WAIT / 2, LONGEST_WAIT);
            }
            promisedUntil = turn;
            return turn - now;
        }

        private static long later(long one, long other) {
            return one - other > 0 ? one : other;
        }
    }
}
