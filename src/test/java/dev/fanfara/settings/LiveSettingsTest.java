package dev.fanfara.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Loaded;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveSettingsTest {
    private record Heard(Settings settings, Context on) {}

    private final Vertx vertx = Vertx.vertx();
    private final LiveSettings live = new LiveSettings(settings("first"));
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void changeIsHeardOnTheContextThatAsked() throws InterruptedException {
        Context context = vertx.getOrCreateContext();
        live.onChange(context, this::hear);
        Settings second = settings("second");

        live.replace(second);

        assertThat(live.current()).isSameAs(second);
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(new Heard(second, context));
        assertThat(heard).isEmpty();
    }

    @Test
    void whoCancelledHearsNothingMore() throws InterruptedException {
        Context context = vertx.getOrCreateContext();
        LiveSettings.Subscription cancelled = live.onChange(context, this::hear);
        live.onChange(context, this::hear);

        cancelled.cancel();
        live.replace(settings("second"));

        assertThat(heard.poll(5, TimeUnit.SECONDS)).isNotNull();
        // Both would have run on the same context, the cancelled one first.
        assertThat(heard).isEmpty();
    }

    private void hear(Settings settings) {
        heard.add(new Heard(settings, Vertx.currentContext()));
    }

    private Settings settings(String hash) {
        Loaded loaded = new ConfigSource(null, Map.of(), List.of()).load();
        TokenVerifier tokens =
                TokenVerifier.create(vertx, loaded.config().auth(), null).await();
        return new Settings(loaded.config(), hash, tokens, new ApiKeys(List.of()));
    }
}
