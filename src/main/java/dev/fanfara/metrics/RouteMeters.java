package dev.fanfara.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The meters of each route, by its configured path: the operator's text, so the number of series is the operator's choice.
 * They are there as long as the route is. Any thread.
 */
final class RouteMeters {
    /** A class of statuses, or that the answer did not come to its end. */
    private static final List<String> OUTCOMES = List.of("broken", "1xx", "2xx", "3xx", "4xx", "5xx");

    private static final Duration[] BOUNDS = Stream.of(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final MultiGauge upstreams;
    private final Map<String, Meters> byRoute = new ConcurrentHashMap<>();

    private record Meters(Map<String, Counter> requests, Timer seconds) {
        Stream<Meter> all() {
            return Stream.concat(requests.values().stream(), Stream.of(seconds));
        }
    }

    RouteMeters(MeterRegistry registry) {
        this.registry = registry;
        upstreams = MultiGauge.builder("fanfara.route.upstreams")
                .description("Servers behind a route")
                .register(registry);
    }

    void answered(String route, int status, Duration took) {
        Meters meters = byRoute.get(route);
        if (meters != null) {
            String outcome = OUTCOMES.get(Math.min(Math.max(0, status / 100), 5));
            Counter counter = meters.requests.get(outcome);
            if (counter != null) {
                counter.increment();
            }
            if (status > 0) {
                meters.seconds.record(took);
            }
        }
    }

    /** These and no others. */
    void standing(Map<String, GatewayMetrics.Upstreams> routes) {
        routes.keySet().forEach(route -> byRoute.computeIfAbsent(route, this::meters));
        byRoute.entrySet().removeIf(entry -> {
            boolean gone = !routes.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().all().forEach(registry::remove);
            }
            return gone;
        });
        List<Row<?>> rows = new ArrayList<>();
        routes.forEach((route, now) -> {
            rows.add(Row.of(Tags.of("route", route, "state", "up"), now.up()));
            rows.add(Row.of(Tags.of("route", route, "state", "down"), now.down()));
        });
        upstreams.register(rows, true);
    }

    private Meters meters(String route) {
        Map<String, Counter> requests = new HashMap<>();
        OUTCOMES.forEach(outcome -> requests.put(
                outcome,
                Counter.builder("fanfara.route.requests")
                        .description("Requests to a route by the class of their answer's status")
                        .tags("route", route, "status", outcome)
                        .register(registry)));
        Timer seconds = Timer.builder("fanfara.route")
                .description("From a request to the head of its answer")
                .tag("route", route)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
        return new Meters(requests, seconds);
    }
}
