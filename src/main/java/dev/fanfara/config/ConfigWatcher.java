package dev.fanfara.config;

import java.time.Duration;
import java.util.List;
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
 *
 * <p>What was applied to the whole cluster takes the file's place until the file changes.
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

    /** Written by the watcher's thread only. */
    private volatile InForce inForce;

    /** Of the whole cluster; null if there is none, or if this node's file has been changed since. Touched only by the watcher's thread. */
    private @Nullable AppliedConfig applied;

    /** The last one of the cluster that this node knows. Touched only by the watcher's thread. */
    private long known;

    /** Fingerprint of the bad content that was reported last. Touched only by the watcher's thread. */
    private @Nullable String rejected;

    private final AtomicLong looks = new AtomicLong();

    /**
     * The last good configuration. Immutable.
     *
     * @param version of the cluster's that it is; 0 if it is the file
     */
    public record InForce(Loaded loaded, long version) {}

    /**
     * A configuration that could be put in force. Immutable.
     *
     * @param fileHash of the file it would take the place of
     * @param changes against what is in force
     */
    public record Candidate(String fileHash, Loaded loaded, List<Change> changes) {}

    public ConfigWatcher(ConfigSource source, Loaded started, ConfigListener listener) {
        this(source, started, listener, INTERVAL);
    }

    ConfigWatcher(ConfigSource source, Loaded started, ConfigListener listener, Duration interval) {
        this.source = source;
        this.started = started;
        this.listener = listener;
        this.interval = interval;
        this.inForce = new InForce(started, 0);
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
    public InForce inForce() {
        return inForce;
    }

    /**
     * What this document would change on this node. Any thread.
     *
     * @return fails with a {@link ConfigException} if it could not be put in force here
     */
    public CompletableFuture<Candidate> check(String text) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Loaded candidate = source.load("the document", text);
                    listener.onCandidate(candidate);
                    return new Candidate(source.fileHash(), candidate, candidate.changesFrom(inForce.loaded()));
                },
                thread);
    }

    /** Hash of the file's content as it is now; fails with a {@link ConfigException}. Any thread. */
    public CompletableFuture<String> fileHash() {
        return CompletableFuture.supplyAsync(source::fileHash, thread);
    }

    /** What the cluster goes by now; done when this node does too, or has said why not. Any thread. */
    public CompletableFuture<Void> follow(AppliedConfig next) {
        return CompletableFuture.runAsync(
                () -> {
                    if (next.version() > known) {
                        known = next.version();
                        applied = next;
                        look(false);
                    }
                },
                thread);
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
        AppliedConfig over = applied;
        Loaded loaded;
        try {
            if (over != null && !over.replaces(source.fileHash())) {
                over = null;
            }
            loaded = over == null || over.text() == null
                    ? source.load()
                    : source.load("configuration version " + over.version(), over.text());
        } catch (ConfigException bad) {
            reject(bad, bad.fingerprint(), asked);
            return;
        }
        InForce next = new InForce(loaded, over == null ? 0 : over.version());
        if (!loaded.meansTheSameAs(inForce.loaded())) {
            change(next, asked);
        } else {
            take(next);
            if (rejected != null) {
                rejected = null;
                listener.onRestored();
            }
        }
    }

    private void change(InForce next, boolean asked) {
        Loaded loaded = next.loaded();
        if (loaded.hash().equals(rejected) && !asked) {
            return;
        }
        try {
            listener.onChanged(loaded, loaded.needsRestart(started));
            take(next);
            rejected = null;
        } catch (ConfigException refused) {
            reject(refused, loaded.hash(), asked);
        } catch (RuntimeException bug) {
            // The same content would fail again at every look; it is tried again when it changes or when asked.
            rejected = loaded.hash();
            throw bug;
        }
    }

    private void take(InForce next) {
        inForce = next;
        if (next.version() == 0) {
            // The file has been changed since: it stays the one that counts, also when it is changed back.
            applied = null;
        }
    }

    private void reject(ConfigException bad, String fingerprint, boolean asked) {
        if (asked || !fingerprint.equals(rejected)) {
            rejected = fingerprint;
            listener.onRejected(bad);
        }
    }
}
