package dev.fanfara;

import dev.fanfara.auth.UnusableKey;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigListener;
import dev.fanfara.config.Loaded;
import dev.fanfara.json.Mistake;
import dev.fanfara.logging.Logging;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Vertx;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a changed configuration in force: everything that can fail is prepared first, then one reference is swapped. Runs
 * on the watcher's thread, which may block.
 */
final class Reload implements ConfigListener {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Vertx vertx;
    private final LiveSettings settings;
    private final GatewayMetrics metrics;

    Reload(Vertx vertx, LiveSettings settings, GatewayMetrics metrics) {
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
        settings.replace(prepare(loaded));
        Logging.apply(loaded.config().logging());
        metrics.configLoaded(loaded.hash());
        loaded.warnings().forEach(LOG::warn);
        LOG.info("configuration {} is in force", loaded.hash());
        if (!needsRestart.isEmpty()) {
            LOG.warn("changed, but in force only after a restart: {}", String.join(" ", needsRestart));
        }
    }

    @Override
    public void onRejected(ConfigException rejected) {
        metrics.configRejected();
        LOG.error("the new configuration is not taken, the old one stays in force: {}", rejected.getMessage());
    }

    @Override
    public void onRestored() {
        metrics.configLoaded(settings.current().hash());
        LOG.info("the configuration is again the one in force");
    }
}
