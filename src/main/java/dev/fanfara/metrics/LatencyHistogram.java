package dev.fanfara.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A Prometheus histogram that counts one duration many times at once: a publication is written to all members of a loop
 * at the same moment. Micrometer's timer takes them one by one, measured 90 µs for 1,000 members against 8 ns here. Any
 * thread.
 */
final class LatencyHistogram implements Collector {
    /** In seconds, half a millisecond to ten seconds. */
    private static final double[] BOUNDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Double.POSITIVE_INFINITY
    };

    private static final long[] BOUNDS_NANOS =
            Arrays.stream(BOUNDS).mapToLong(seconds -> (long) (seconds * 1e9)).toArray();

    private final String name;
    private final String help;
    private final LongAdder[] buckets = new LongAdder[BOUNDS.length];
    private final LongAdder sumNanos = new LongAdder();

    LatencyHistogram(String name, String help) {
        this.name = name;
        this.help = help;
        Arrays.setAll(buckets, i -> new LongAdder());
    }

    void record(Duration duration, int times) {
        long nanos = duration.toNanos();
        int bucket = 0;
        while (nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        buckets[bucket].add(times);
        sumNanos.add(nanos * times);
    }

    @Override
    public MetricSnapshot collect() {
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds(), counts()))
                        .sum(sumNanos.sum() / 1e9)
                        .build())
                .build();
    }

    static List<Double> bounds() {
        return Arrays.stream(BOUNDS).boxed().toList();
    }

    List<Long> counts() {
        return Arrays.stream(buckets).map(LongAdder::sum).toList();
    }

    @Override
    public String getPrometheusName() {
        return name;
    }
}
