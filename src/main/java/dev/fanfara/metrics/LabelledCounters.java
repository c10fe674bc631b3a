package dev.fanfara.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * One counter for each of a closed list of labels, all there from the start, so that a rate over the first event is not
 * lost. A label nobody listed counts as {@code other}: whatever is passed, the number of series is known. Any thread.
 */
final class LabelledCounters {
    static final String OTHER = "other";

    private final Map<String, LongAdder> counters = new HashMap<>();
    private final LongAdder other = new LongAdder();

    LabelledCounters(MeterRegistry registry, String name, String help, String label, Collection<String> known) {
        known.forEach(value -> counters.put(value, new LongAdder()));
        counters.put(OTHER, other);
        counters.forEach((value, counter) -> FunctionCounter.builder(name, counter, LongAdder::sum)
                .description(help)
                .tag(label, value)
                .register(registry));
    }

    void add(String label, long count) {
        counters.getOrDefault(label, other).add(count);
    }
}
