package dev.fanfara.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Setting;
import dev.fanfara.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpstreamCallTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    /** Vert.x counts timers from 0: once the first of a process, its lease on the cluster, ended with the first call. */
    @Test
    void timersOfOthersGoOn() {
        AtomicInteger ticks = new AtomicInteger();
        assertThat(vertx.setPeriodic(20, timer -> ticks.incrementAndGet())).isZero();
        Setting route = new Setting("routes", "[{\"path\":\"/a\",\"upstreams\":[\"http://127.0.0.1:1\"]}]", "--set");
        Route nobodyThere = new Route(new ConfigSource(null, Map.of(), List.of(route))
                .load()
                .config()
                .routes()
                .get(0));

        Future<?> answer = new UpstreamCall(
                        vertx,
                        vertx.createHttpClient(),
                        nobodyThere,
                        HttpMethod.GET,
                        "/a",
                        true,
                        (upstream, request) -> request.send())
                .begin();
        Eventually.holds(() -> assertThat(answer.failed()).isTrue());

        int then = ticks.get();
        Eventually.holds(() -> assertThat(ticks.get()).isGreaterThan(then + 1));
    }
}
