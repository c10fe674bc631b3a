package dev.fanfara.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
    private final PrometheusMeterRegistry registry = VertxMeters.registry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry, List.of("expired", "malformed"));

    @Test
    void everyDocumentedMeterIsThereBeforeAnythingHappens() {
        metrics.configLoaded("abc");

        assertThat(registry.scrape().lines())
                .contains(
                        "websocket_connections 0.0",
                        "websocket_messages_received_total 0.0",
                        "websocket_messages_sent_total 0.0",
                        "fanfara_connections{transport=\"websocket\"} 0.0",
                        "fanfara_connections{transport=\"echo\"} 0.0",
                        "fanfara_connections_closed_total{code=\"1000\"} 0.0",
                        "fanfara_connections_closed_total{code=\"4003\"} 0.0",
                        "fanfara_rooms 0.0",
                        "fanfara_members 0.0",
                        "fanfara_messages_published_total 0.0",
                        "fanfara_deliveries_total{transport=\"websocket\"} 0.0",
                        "fanfara_delivery_latency_seconds_bucket{le=\"5.0E-4\"} 0",
                        "fanfara_delivery_latency_seconds_bucket{le=\"+Inf\"} 0",
                        "fanfara_delivery_latency_seconds_count 0",
                        "fanfara_outbound_bytes 0.0",
                        "fanfara_slow_consumers_total 0.0",
                        "fanfara_peer_unacknowledged_bytes 0.0",
                        "fanfara_peer_dropped_total 0.0",
                        "fanfara_rate_limited_total{scope=\"requests\"} 0.0",
                        "fanfara_auth_failures_total{reason=\"expired\"} 0.0",
                        "fanfara_cluster_members 1.0",
                        "fanfara_cluster_repairs_total 0.0",
                        "fanfara_event_loop_lag_seconds 0.0",
                        "fanfara_config_info{hash=\"abc\"} 1",
                        "fanfara_config_reload_failures_total 0.0",
                        "fanfara_config_last_reload_successful 1.0");
    }

    @Test
    void deliveryCountsPerMember() {
        metrics.delivered("websocket", 1000, Duration.ofMillis(3));
        metrics.delivered("websocket", 10, Duration.ofSeconds(60));
        metrics.delivered("websocket", 5);

        assertThat(registry.scrape().lines())
                .contains(
                        "fanfara_deliveries_total{transport=\"websocket\"} 1015.0",
                        "fanfara_delivery_latency_seconds_bucket{le=\"0.0025\"} 0",
                        "fanfara_delivery_latency_seconds_bucket{le=\"0.005\"} 1000",
                        "fanfara_delivery_latency_seconds_bucket{le=\"10.0\"} 1000",
                        "fanfara_delivery_latency_seconds_bucket{le=\"+Inf\"} 1010",
                        "fanfara_delivery_latency_seconds_count 1010",
                        "fanfara_delivery_latency_seconds_sum 603.0");
    }

    @Test
    void connectionsAreCountedUpAndDown() {
        metrics.connectionOpened("websocket");
        metrics.connectionOpened("websocket");
        metrics.connectionOpened("echo");
        metrics.connectionClosed("websocket", 4002);

        assertThat(registry.scrape().lines())
                .contains(
                        "websocket_connections 2.0",
                        "fanfara_connections{transport=\"websocket\"} 1.0",
                        "fanfara_connections{transport=\"echo\"} 1.0",
                        "fanfara_connections_closed_total{code=\"4002\"} 1.0");
    }

    @Test
    void nothingAClientSendsBecomesASeries() {
        long before = registry.scrape().lines().count();

        for (int code = 3000; code < 4000; code++) {
            metrics.connectionClosed("web\"socket\n", code);
            metrics.authFailed("x\",y=\"" + code);
            metrics.rateLimited("scope" + code);
        }

        assertThat(registry.scrape().lines())
                .hasSize((int) before)
                .contains(
                        "fanfara_connections_closed_total{code=\"other\"} 1000.0",
                        "fanfara_auth_failures_total{reason=\"other\"} 1000.0",
                        "fanfara_rate_limited_total{scope=\"other\"} 1000.0");
    }

    @Test
    void onlyTheConfigurationInForceIsShown() {
        metrics.configLoaded("first");
        metrics.configRejected();
        assertThat(registry.scrape().lines())
                .contains(
                        "fanfara_config_info{hash=\"first\"} 1",
                        "fanfara_config_reload_failures_total 1.0",
                        "fanfara_config_last_reload_successful 0.0");

        metrics.configLoaded("second");

        assertThat(registry.scrape().lines())
                .contains("fanfara_config_info{hash=\"second\"} 1", "fanfara_config_last_reload_successful 1.0")
                .doesNotContain("fanfara_config_info{hash=\"first\"} 1");
    }

    @Test
    void gaugesOfLoopsAreTheirSumAndTheirWorst() {
        metrics.outboundBytes(0, 100);
        metrics.outboundBytes(1, 20);
        metrics.outboundBytes(0, 50);
        metrics.eventLoopLag(0, Duration.ofMillis(5));
        metrics.eventLoopLag(1, Duration.ofMillis(2));

        assertThat(registry.scrape().lines())
                .contains("fanfara_outbound_bytes 70.0", "fanfara_event_loop_lag_seconds 0.005");
    }

    @Test
    void vertxJvmAndProcessMetersStandBesideOurs() {
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(VertxMeters.options()))
                .withMetrics(VertxMeters.factory(registry))
                .build();
        try {
            assertThat(registry.scrape())
                    .contains("\nvertx_pool_", "\njvm_memory_used_bytes{", "\nprocess_uptime_seconds ")
                    .contains("\nprocess_open_fds ", "\nprocess_resident_memory_bytes ", "\nprocess_cpu_seconds_total ")
                    .doesNotContain("vertx_eventbus", "vertx_http", "vertx_net");
        } finally {
            vertx.close().await();
        }
    }
}
