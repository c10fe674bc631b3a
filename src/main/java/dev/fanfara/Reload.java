package dev.fanfara;

import dev.fanfara.auth.UnusableKey;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigListener;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Loaded;
import dev.fanfara.config.TlsConfig;
import dev.fanfara.json.Mistake;
import dev.fanfara.logging.Logging;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Reloads;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a changed configuration in force: everything that can fail is prepared first, then one reference is swapped. Runs
 * on the watcher's thread, which may block.
 */
final class Reload implements ConfigListener {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private static final Duration RENEWAL = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final LiveSettings settings;
    private final GatewayMetrics metrics;
    private final Reloads reloads;
    private final String source;
    private final Function<GatewayConfig, Future<?>> certificates;

    /**
     * @param source what the configuration is read from, as a person calls it
     * @param certificates has the listeners use those of a configuration; what fails leaves them the ones they have
     */
    Reload(
            Vertx vertx,
            LiveSettings settings,
            GatewayMetrics metrics,
            Reloads reloads,
            String source,
            Function<GatewayConfig, Future<?>> certificates) {
        this.reloads = reloads;
        this.source = source;
        this.certificates = certificates;
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    public void onCandidate(Loaded candidate) {
        prepare(candidate);
    }

    private Settings prepare(Loaded loaded) {
        try {
            Settings before = settings.current();
            return Gateway.settingsOf(
                    vertx, loaded.config(), loaded.hash(), before.tokens().revocations(), before);
        } catch (StartFailure | UnusableKey unusable) {
            throw new ConfigException(
                    "configuration",
                    List.of(new Mistake("/auth/keys", "", null, String.valueOf(unusable.getMessage()), null)));
        }
    }

    @Override
    public void onChanged(Loaded loaded, List<String> needsRestart) {
        Settings next = prepare(loaded);
        renew(settings.current().config(), loaded.config());
        settings.replace(next);
        Logging.apply(loaded.config().logging());
        loaded.warnings().forEach(LOG::warn);
        LOG.info("configuration {} is in force", loaded.hash());
        String waiting = needsRestart.isEmpty()
                ? ""
                : "changed, but in force only after a restart: " + String.join(" ", needsRestart);
        if (!waiting.isEmpty()) {
            LOG.warn(waiting);
        }
        told(loaded, waiting.isEmpty() ? "in force" : waiting);
    }

    /** Of the configuration the process began with. */
    void started(Loaded loaded) {
        told(loaded, "in force since the start");
    }

    private void told(Loaded loaded, String sentence) {
        metrics.configLoaded(loaded.hash());
        certificatesOf(loaded.config());
        reloads.taken(source, loaded.hash(), sentence);
    }

    private void renew(GatewayConfig before, GatewayConfig now) {
        TlsConfig client = now.server().tls();
        TlsConfig management = now.management().tls();
        if (Objects.equals(client, before.server().tls())
                && Objects.equals(management, before.management().tls())) {
            return;
        }
        try {
            Gateway.await(certificates.apply(now), RENEWAL);
        } catch (StartFailure | IllegalStateException | IllegalArgumentException unusable) {
            throw new ConfigException(
                    "configuration",
                    List.of(new Mistake("/server/tls", "", null, "a certificate and key that TLS can use", null)));
        }
    }

    /** Tells until when they are good. */
    private void certificatesOf(GatewayConfig config) {
        TlsConfig client = config.server().tls();
        TlsConfig management = config.management().tls();
        if (client != null) {
            metrics.certificate("client", client.expires());
        }
        if (management != null) {
            metrics.certificate("management", management.expires());
        }
    }

    @Override
    public void onRejected(ConfigException rejected) {
        metrics.configRejected();
        LOG.error("the new configuration is not taken, the old one stays in force: {}", rejected.getMessage());
        reloads.refused(source, settings.current().hash(), String.valueOf(rejected.getMessage()));
    }

    @Override
    public void onRestored() {
        metrics.configLoaded(settings.current().hash());
        LOG.info("the configuration is again the one in force");
        reloads.restored(source, settings.current().hash());
    }
}
