package dev.fanfara.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The registry all meters of a process live in, and which of Vert.x's own it gets. */
public final class VertxMeters {
    /**
     * Not worth their price, or harmful: the event bus's take a look-up per message; the HTTP server's register meters per
     * connection under a method name the client makes up, and with any server meter the client's address behind the PROXY
     * protocol is lost (vert.x 5.0.10, {@code NetServerImpl.connected}).
     */
    private static final Set<String> OFF = Stream.of(
                    MetricsDomain.EVENT_BUS,
                    MetricsDomain.HTTP_SERVER,
                    MetricsDomain.HTTP_CLIENT,
                    MetricsDomain.NET_SERVER,
                    MetricsDomain.NET_CLIENT,
                    MetricsDomain.DATAGRAM_SOCKET)
            .map(MetricsDomain::toCategory)
            .collect(Collectors.toUnmodifiableSet());

    private VertxMeters() {}

    /** With the {@code process_*} meters in it. */
    public static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new ProcessMetrics().bindTo(registry);
        return registry;
    }

    /** For {@code VertxOptions.setMetricsOptions}. */
    public static MicrometerMetricsOptions options() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                // Vert.x keeps registries by name in a static map; two gateways of one test must not share one.
                .setRegistryName(UUID.randomUUID().toString())
                .setJvmMetricsEnabled(true)
                .setNettyMetricsEnabled(true)
                .setDisabledMetricsCategories(OFF);
    }

    /** For {@code VertxBuilder.withMetrics}. */
    public static VertxMetricsFactory factory(PrometheusMeterRegistry registry) {
        return new MicrometerMetricsFactory(registry);
    }
}
