package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.http.HealthCheck.Result;
import dev.fanfara.metrics.MicrometerMetrics;
import dev.fanfara.metrics.VertxMeters;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementVerticleTest {
    private static final Pattern SAMPLE =
            Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-z_]+=\"[^\"\\n]*\",?)*})? (NaN|[+-]Inf|[-+0-9.E]+)");

    private final HttpRig rig = HttpRig.with();
    private final PrometheusMeterRegistry registry = VertxMeters.registry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry, List.of("expired"));
    private final AtomicReference<Result> cluster = new AtomicReference<>(Result.UP);
    private final ManagementVerticle verticle = new ManagementVerticle(
            rig.parts,
            registry,
            rig.operations(new Health(
                    List.of(new HealthCheck("loops", () -> Result.UP)),
                    List.of(new HealthCheck("listening", () -> Result.UP), new HealthCheck("cluster", cluster::get)),
                    List.of(new HealthCheck("broken", () -> {
                        throw new IllegalStateException("a bug in a check");
                    })))));

    ManagementVerticleTest() {
        rig.vertx.deployVerticle(verticle).await();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void readyOnlyIfEveryCheckIsUp() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(new JsonObject(get("/health/ready").body()).getString("status"))
                .isEqualTo("UP");

        cluster.set(Result.down("1 of 3 nodes"));

        HttpResponse<String> answer = get("/health/ready");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo("{\"status\":\"DOWN\",\"checks\":[{\"name\":\"listening\",\"status\":\"UP\"},"
                        + "{\"name\":\"cluster\",\"status\":\"DOWN\",\"reason\":\"1 of 3 nodes\"}]}");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void checkThatFailsIsDown() throws Exception {
        HttpResponse<String> answer = get("/health/started");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).doesNotContain("a bug in a check");
    }

    @Test
    void metricsAreWellFormed() throws Exception {
        metrics.configLoaded("a\",x=\"1\n");
        metrics.delivered("websocket", 3, Duration.ofMillis(1));

        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body().lines().filter(line -> !line.startsWith("#")))
                .hasSizeGreaterThan(50)
                .filteredOn(line -> !line.startsWith("fanfara_config_info"))
                .allMatch(line -> SAMPLE.matcher(line).matches());
        assertThat(answer.body()).contains("fanfara_config_info{hash=\"a\\\",x=\\\"1\\n\"} 1");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/admin/nothing", "/admin/api/nothing", "/administer", "/metrics/", "/health", "/api/stats"
            })
    void nothingElseIsHere(String path) throws Exception {
        PublishApiTest.assertProblem(get(path), 404, "bad-request", "There is nothing here");
    }

    @Test
    void onlyReadingIsAllowed() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(uri("/metrics"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();

        PublishApiTest.assertProblem(send(post), 405, "bad-request", "Expected one of the methods GET, HEAD");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + verticle.port() + path);
    }
}
