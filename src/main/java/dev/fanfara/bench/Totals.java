package dev.fanfara.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/** The counts of one loop, or of all, at one moment. Immutable but for the histograms, which are the owner's. */
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
    static Totals of(List<Totals> samples) {
        Histogram within = Tally.histogram();
        Histogram around = Tally.histogram();
        for (Totals sample : samples) {
            within.add(sample.within());
            around.add(sample.around());
        }
        return new Totals(
                samples.get(samples.size() - 1).nanos(),
                samples.stream().mapToLong(Totals::deliveries).sum(),
                samples.stream().mapToLong(Totals::published).sum(),
                samples.stream().mapToLong(Totals::bytes).sum(),
                samples.stream().mapToLong(Totals::missing).sum(),
                samples.stream().mapToLong(Totals::duplicated).sum(),
                samples.stream().mapToLong(Totals::reordered).sum(),
                samples.stream().mapToLong(Totals::astray).sum(),
                within,
                around);
    }
}
