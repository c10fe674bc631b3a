package dev.fanfara.cli;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fanfara stats}: the numbers of the cluster. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Prints the numbers of the whole cluster, once or again and again.",
        footerHeading = "%nExamples:%n",
        footer = {"  fanfara stats --json", "  fanfara stats --watch --interval 5s"})
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class StatsCommand implements Callable<Integer> {
    /** What a gateway answers is up to a second old. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final String RECEIVED = "messagesReceived";
    private static final String SENT = "messagesSent";

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RemoteOptions gateway;

    @Option(names = "--watch", description = "A line with rates every now and then, until it is stopped.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = SpanConverter.class,
            description = "How often with --watch; at least 1s. Default: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Option(names = "--json", description = "Print the answer as JSON; with --watch one a line.")
    private boolean json;

    public StatsCommand() {
        this(new RemoteOptions());
    }

    StatsCommand(RemoteOptions gateway) {
        this.gateway = gateway;
    }

    @Override
    public Integer call() {
        if (interval.compareTo(SHORTEST) < 0) {
            throw gateway.usage("--interval: expected at least 1s");
        }
        return gateway.run(watch ? this::watch : this::once);
    }

    private void once() throws CommandFailure, InterruptedException {
        JsonObject stats = stats(gateway.remote());
        if (json) {
            Print.line(spec, stats.encode());
            return;
        }
        stats.stream()
                .filter(each -> each.getValue() instanceof Number)
                .forEach(each -> Print.line(spec, String.format("%-18s %s", each.getKey(), each.getValue())));
    }

    /** Ends with the process, or with whoever reads its lines. */
    private void watch() throws CommandFailure, InterruptedException {
        Remote remote = gateway.remote();
        if (!json) {
            Print.line(spec, row("NODES", "CONNECTIONS", "ROOMS", "RECEIVED/s", "SENT/s"));
        }
        JsonObject before = stats(remote);
        long beforeNanos = System.nanoTime();
        while (!System.out.checkError()) {
            Thread.sleep(interval.toMillis());
            JsonObject now = stats(remote);
            long nowNanos = System.nanoTime();
            double seconds = (nowNanos - beforeNanos) / (double) TimeUnit.SECONDS.toNanos(1);
            print(now, rate(before, now, RECEIVED, seconds), rate(before, now, SENT, seconds));
            before = now;
            beforeNanos = nowNanos;
        }
    }

    private JsonObject stats(Remote remote) throws CommandFailure, InterruptedException {
        JsonObject stats = remote.get("/api/stats");
        if (!stats.getBoolean("complete", true)) {
            gateway.say("incomplete: no answer from "
                    + stats.getJsonArray("missing").encode());
        }
        return stats;
    }

    /** Where a node left with its counts, the sum is less than before: that is no rate. */
    private static double rate(JsonObject before, JsonObject now, String counter, double seconds) {
        return Math.max(0, now.getLong(counter) - before.getLong(counter)) / seconds;
    }

    private void print(JsonObject now, double received, double sent) {
        if (json) {
            now.put("receivedPerSecond", received).put("sentPerSecond", sent);
            Print.line(spec, now.encode());
        } else {
            Print.line(
                    spec,
                    row(
                            now.getValue("nodes"),
                            now.getValue("connections"),
                            now.getValue("rooms"),
                            String.format(Locale.ROOT, "%.1f", received),
                            String.format(Locale.ROOT, "%.1f", sent)));
        }
    }

    private static String row(Object nodes, Object connections, Object rooms, String received, String sent) {
        return String.format(Locale.ROOT, "%5s  %11s  %7s  %11s  %11s", nodes, connections, rooms, received, sent);
    }
}
