package dev.fanfara.bench;

import dev.fanfara.bench.Bench.Moment;
import dev.fanfara.bench.Incidents.Incident;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How a load test went. Rates, latencies and processor time are of the measured window; losses and the like are of the
 * whole test. Immutable.
 */
public final class Result {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MIB = 1024 * 1024;
    /** Above this share of its cores the generator's own queue may be what is measured. */
    private static final double BUSY = 0.9;

    private final BenchOptions options;
    private final Moment begin;
    private final Moment end;
    private final Totals all;
    private final Histogram latency;
    private final @Nullable ProcessUsage empty;
    private final long lost;
    private final long stillComing;
    private final long missedByClosed;
    private final int joined;
    private final int compressed;
    private final List<Incident> closes;
    private final List<Incident> errors;
    private final boolean interrupted;

    Result(
            BenchOptions options,
            Moment begin,
            Moment end,
            Totals all,
            Histogram latency,
            @Nullable ProcessUsage empty,
            long lost,
            long stillComing,
            long missedByClosed,
            int joined,
            int compressed,
            List<Incident> closes,
            List<Incident> errors,
            boolean interrupted) {
        this.options = options;
        this.begin = begin;
        this.end = end;
        this.all = all;
        this.latency = latency;
        this.empty = empty;
        this.lost = lost;
        this.stillComing = stillComing;
        this.missedByClosed = missedByClosed;
        this.joined = joined;
        this.compressed = compressed;
        this.closes = closes;
        this.errors = errors;
        this.interrupted = interrupted;
    }

    /** Nothing lost or a minute late, nothing twice, nothing out of order, nobody cut off. */
    public boolean isClean() {
        return lost == 0
                && stillComing == 0
                && missedByClosed == 0
                && all.duplicated() == 0
                && all.reordered() == 0
                && all.astray() == 0
                && closes.isEmpty();
    }

    private double seconds() {
        return Math.max(1, end.totals().nanos() - begin.totals().nanos()) / NANOS_PER_SECOND;
    }

    private long deliveries() {
        return end.totals().deliveries() - begin.totals().deliveries();
    }

    private long published() {
        return end.totals().published() - begin.totals().published();
    }

    private long bytes() {
        return end.totals().bytes() - begin.totals().bytes();
    }

    private double latencyMs(double percentile) {
        return latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(percentile) / 1e6;
    }

    private double generatorCores() {
        ProcessUsage from = begin.generator();
        ProcessUsage to = end.generator();
        return from == null || to == null
                ? 0
                : (to.userSeconds() + to.systemSeconds() - from.userSeconds() - from.systemSeconds()) / seconds();
    }

    public JsonObject toJson() {
        Plan plan = options.plan();
        JsonObject json = new JsonObject()
                .put("url", options.target().toString())
                .put("protocol", options.target().dialect().toString())
                .put("connections", plan.connections())
                .put("joined", joined)
                .put("rooms", plan.rooms())
                .put("roomsPerConnection", plan.roomsPerConnection())
                .put("publishers", plan.publishers())
                .put("paused", plan.paused())
                .put("compressed", compressed)
                .put("payload", options.payload().kind())
                .put("payloadBytes", options.payload().size())
                .put("interrupted", interrupted)
                .put("seconds", rounded(seconds()))
                .put("deliveries", deliveries())
                .put("deliveriesPerSecond", rounded(deliveries() / seconds()))
                .put("published", published())
                .put("publishedPerSecond", rounded(published() / seconds()))
                .put("bytesPerSecond", rounded(bytes() / seconds()))
                .put("latencyMs", latencies())
                .put("lost", lost)
                .put("stillComing", stillComing)
                .put("missedByClosed", missedByClosed)
                .put("duplicated", all.duplicated())
                .put("reordered", all.reordered())
                .put("astray", all.astray())
                .put("closes", counts(closes))
                .put("errors", counts(errors))
                .put("generatorCores", rounded(generatorCores()));
        if (options.inFlight() > 0) {
            json.put("inFlight", options.inFlight());
        } else {
            json.put("askedPerSecond", options.perSecond());
        }
        if (options.pid() != null && begin.watched() != null && end.watched() != null && empty != null) {
            json.put("process", process(options.pid(), begin.watched(), end.watched(), empty));
        }
        return json;
    }

    private JsonObject latencies() {
        return new JsonObject()
                .put("p50", latencyMs(50))
                .put("p90", latencyMs(90))
                .put("p99", latencyMs(99))
                .put("p999", latencyMs(99.9))
                .put("max", latencyMs(100));
    }

    private JsonObject process(long pid, ProcessUsage from, ProcessUsage to, ProcessUsage before) {
        double user = to.userSeconds() - from.userSeconds();
        double system = to.systemSeconds() - from.systemSeconds();
        JsonObject json = new JsonObject()
                .put("pid", pid)
                .put("userSeconds", rounded(user))
                .put("systemSeconds", rounded(system))
                .put("residentBytesBeforeConnecting", before.residentBytes())
                .put("residentBytesAtBegin", from.residentBytes())
                .put("residentBytesAtEnd", to.residentBytes());
        if (deliveries() > 0 && user + system > 0) {
            json.put("cpuMicrosPerDelivery", rounded((user + system) * 1e6 / deliveries()))
                    .put("userMicrosPerDelivery", rounded(user * 1e6 / deliveries()))
                    .put("systemMicrosPerDelivery", rounded(system * 1e6 / deliveries()))
                    .put("deliveriesPerCpuSecond", rounded(deliveries() / (user + system)));
        }
        return json;
    }

    private static JsonArray counts(List<Incident> incidents) {
        JsonArray counts = new JsonArray();
        for (Incident each : incidents) {
            JsonObject count = new JsonObject()
                    .put("code", each.what())
                    .put("count", each.count())
                    .put("message", each.words());
            if (!each.hint().isEmpty()) {
                count.put("hint", each.hint());
            }
            counts.add(count);
        }
        return counts;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** For people: one line for each thing they ask. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        if (interrupted) {
            line(text, "stopped", "before its time; what follows was measured until then");
        }
        line(
                text,
                "deliveries",
                "%,d in %.1f s, %,.0f/s, %.1f MiB/s",
                deliveries(),
                seconds(),
                deliveries() / seconds(),
                bytes() / seconds() / MIB);
        line(
                text,
                "published",
                "%,d, %,.1f/s, %s",
                published(),
                published() / seconds(),
                options.inFlight() > 0
                        ? options.inFlight() + " in flight"
                        : String.format(Locale.ROOT, "%,.1f/s asked", options.perSecond()));
        line(
                text,
                "latency",
                "p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
                latencyMs(50),
                latencyMs(90),
                latencyMs(99),
                latencyMs(99.9),
                latencyMs(100));
        line(
                text,
                "faults",
                "%,d lost, %,d duplicated, %,d reordered, %,d of other rooms, %,d missed by closed connections",
                lost,
                all.duplicated(),
                all.reordered(),
                all.astray(),
                missedByClosed);
        if (stillComing > 0) {
            line(text, "overloaded", "%,d were still coming in a minute after the end of the load", stillComing);
        }
        for (Incident each : closes) {
            incident(text, "closed", each);
        }
        for (Incident each : errors) {
            incident(text, "refused", each);
        }
        if (options.deflate()) {
            line(text, "deflate", "%,d of %,d connections agreed to it", compressed, joined);
        }
        processLines(text);
        double cores = generatorCores();
        if (cores > 0) {
            line(
                    text,
                    "generator",
                    "%.2f cores%s",
                    cores,
                    cores > BUSY * options.loops()
                            ? "; it was busy itself, so latencies may be its own (more --loops, or less load)"
                            : "");
        }
        return text.toString().stripTrailing();
    }

    private void processLines(StringBuilder text) {
        ProcessUsage from = begin.watched();
        ProcessUsage to = end.watched();
        if (from == null || to == null || empty == null) {
            return;
        }
        double user = to.userSeconds() - from.userSeconds();
        double system = to.systemSeconds() - from.systemSeconds();
        if (deliveries() > 0 && user + system > 0) {
            line(
                    text,
                    "process",
                    "%.2f µs of CPU per delivery (user %.2f, system %.2f), %,.0f deliveries per CPU-second",
                    (user + system) * 1e6 / deliveries(),
                    user * 1e6 / deliveries(),
                    system * 1e6 / deliveries(),
                    deliveries() / (user + system));
        }
        line(
                text,
                "memory",
                "%.1f MiB resident before connecting, %.1f MiB at the begin, %.1f MiB at the end",
                empty.residentBytes() / MIB,
                from.residentBytes() / MIB,
                to.residentBytes() / MIB);
    }

    private static void incident(StringBuilder text, String label, Incident incident) {
        line(
                text,
                label,
                "%s: %,d times%s%s",
                incident.what(),
                incident.count(),
                incident.words().isEmpty() ? "" : " (" + incident.words() + ")",
                incident.hint().isEmpty() ? "" : "; " + incident.hint());
    }

    private static void line(StringBuilder text, String label, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-12s", label))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }
}
