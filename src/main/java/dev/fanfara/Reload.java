package dev.fanfara;

import dev.fanfara.auth.UnusableKey;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigListener;
import dev.fanfara.config.Loaded;
import dev.fanfara.json.Mistake;
import dev.fanfara.logging.Logging;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Reloads;
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
    private final Reloads reloads;
    private final String source;

    Reload(Vertx vertx, LiveSettings settings, GatewayMetrics metrics, Reloads reloads, String source) {
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.reloads = reloads;
        this.source = source;
    }

    @Override
    public void onChanged(Loaded loaded, List<String> needsRestart) {
        try {
            Settings before = settings.current();
            settings.replace(Gateway.settingsOf(
                    vertx, loaded.config(), loaded.hash(), before.tokens().revocations(), before));
        } catch (StartFailure | UnusableKey unusable) {
            throw new ConfigException(
                    "configuration",
                    List.of(new Mistake("/auth/keys", "", null, String.valueOf(unusable.getMessage()), null)));
        }
        Logging.apply(loaded.config().logging());
        metrics.configLoaded(loaded.hash());
        loaded.warnings().forEach(LOG::warn);
        LOG.info("configuration {} is in force", loaded.hash());
        String waiting = needsRestart.isEmpty()
                ? ""
                : "changed, but in force only after a restart: " + String.join(" ", needsRestart);
        if (!waiting.isEmpty()) {
            LOG.warn(waiting);
        }
        reloads.taken(source, loaded.hash(), loaded.common(), loaded.open(), waiting.isEmpty() ? "in force" : waiting);
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
