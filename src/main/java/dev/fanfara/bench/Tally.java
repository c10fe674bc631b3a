package dev.fanfara.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one loop has counted. Touched only by that loop; others ask the loop for its {@link Totals}. */
final class Tally {
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Deliveries so far, without duplicates and without what went astray. */
    long deliveries;

    long published;
    long bytes;
    long missing;
    long duplicated;
    long reordered;
    /** Messages of rooms the connection had not joined. */
    long astray;

    private long windowStart = Long.MAX_VALUE;
    private long windowNanos;
    /** Latencies since the last sample, of messages that belong in the window and of the others. */
    private Histogram within = histogram();

    private Histogram around = histogram();

    static Histogram histogram() {
        return new Histogram(TimeUnit.MICROSECONDS.toNanos(1), LONGEST_NANOS, 3);
    }

    void window(long startNanos, long nanos) {
        windowStart = startNanos;
        windowNanos = nanos;
    }

    /** By the time a message was meant to leave: so what the window asked for is counted, however late it came. */
    void latency(long intendedNanos, long nowNanos) {
        long sinceStart = intendedNanos - windowStart;
        Histogram histogram = sinceStart >= 0 && sinceStart < windowNanos ? within : around;
        histogram.recordValue(Math.min(Math.max(0, nowNanos - intendedNanos), LONGEST_NANOS));
    }

    /** The histograms hold what came since the sample before. */
    Totals sample() {
        Totals sample = new Totals(
                System.nanoTime(),
                deliveries,
                published,
                bytes,
                missing,
                duplicated,
                reordered,
                astray,
                within,
                around);
        within = histogram();
        around = histogram();
        return sample;
    }
}
