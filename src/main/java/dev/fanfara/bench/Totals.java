package dev.fanfara.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/** The counts of all loops at one moment. Immutable but for the histograms, which are the owner's. */
record Totals(
        long nanos,
        long deliveries,
        long published,
        long bytes,
        long missing,
        long duplicated,
        long reordered,
        long astray,
        Histogram within,
        Histogram around) {
    static Totals of(List<Tally.Sample> samples) {
        Histogram within = Tally.histogram();
        Histogram around = Tally.histogram();
        for (Tally.Sample sample : samples) {
            within.add(sample.within());
            around.add(sample.around());
        }
        return new Totals(
                samples.get(samples.size() - 1).nanos(),
                samples.stream().mapToLong(Tally.Sample::deliveries).sum(),
                samples.stream().mapToLong(Tally.Sample::published).sum(),
                samples.stream().mapToLong(Tally.Sample::bytes).sum(),
                samples.stream().mapToLong(Tally.Sample::missing).sum(),
                samples.stream().mapToLong(Tally.Sample::duplicated).sum(),
                samples.stream().mapToLong(Tally.Sample::reordered).sum(),
                samples.stream().mapToLong(Tally.Sample::astray).sum(),
                within,
                around);
    }
}
