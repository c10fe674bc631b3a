package dev.fanfara.config;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a changed configuration and hands it on.
 *
 * <p>It looks at the content and not at file system events: a Kubernetes ConfigMap changes by swapping a symlink two
 * folders away, of which inotify tells nothing useful, and a {@code subPath} mount tells nothing at all. Each look loads
 * everything, for a changed secret or certificate is a changed configuration too; that takes one to three milliseconds. A file
 * caught half written is rejected like any bad one and taken at the next look.
 */
public final class ConfigWatcher implements AutoCloseable {
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ConfigWatcher.class);

    private final ConfigSource source;
    private final ConfigListener listener;
    private final Duration interval;
    /** What the process started with; keys that need a restart are compared with this one however often the file changes. */
    private final Loaded started;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread daemon = new Thread(work, "fanfara-config");
        daemon.setDaemon(true);
        return daemon;
    });

    /** Touched only by the watcher's thread. */
    private String hash;

    /** Fingerprint of the bad content that was reported last. Touched only by the watcher's thread. */
    private @Nullable String rejected;

    private final AtomicLong looks = new AtomicLong();

    public ConfigWatcher(ConfigSource source, Loaded started, ConfigListener listener) {
        this(source, started, listener, INTERVAL);
    }

    ConfigWatcher(ConfigSource source, Loaded started, ConfigListener listener, Duration interval) {
        this.source = source;
        this.started = started;
        this.listener = listener;
        this.interval = interval;
        this.hash = started.hash();
    }

    /** Any thread. */
    public void start() {
        long pause = interval.toMillis();
        var unused = thread.scheduleWithFixedDelay(() -> look(false), pause, pause, TimeUnit.MILLISECONDS);
    }

    /** Looks now, and reports a bad content even if that was told before: somebody asked. Any thread. */
    public CompletableFuture<Void> reloadNow() {
        return CompletableFuture.runAsync(() -> look(true), thread);
    }

    /** Any thread. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** How often it has begun to look. Any thread. */
    long looks() {
        return looks.get();
    }

    /** Must not throw: the executor would never look again. */
    private void look(boolean asked) {
        looks.incrementAndGet();
        try {
            report(asked);
        } catch (RuntimeException bug) {
            log.error("taking a new configuration failed", bug);
        }
    }

    private void report(boolean asked) {
        Loaded loaded;
        try {
            loaded = source.load();
        } catch (ConfigException bad) {
            reject(bad, bad.fingerprint(), asked);
            return;
        }
        if (!loaded.hash().equals(hash)) {
            change(loaded, asked);
        } else if (rejected != null) {
            rejected = null;
            listener.onRestored();
        }
    }

    private void change(Loaded loaded, boolean asked) {
        if (loaded.hash().equals(rejected) && !asked) {
            return;
        }
        try {
            listener.onChanged(loaded, loaded.needsRestart(started));
            hash = loaded.hash();
            rejected = null;
        } catch (ConfigException refused) {
            reject(refused, loaded.hash(), asked);
        } catch (RuntimeException bug) {
            // The same content would fail again at every look; it is tried again when it changes or when asked.
            rejected = loaded.hash();
            throw bug;
        }
    }

    private void reject(ConfigException bad, String fingerprint, boolean asked) {
        if (asked || !fingerprint.equals(rejected)) {
            rejected = fingerprint;
            listener.onRejected(bad);
        }
    }
}
