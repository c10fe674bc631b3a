package dev.fanfara.config;

import java.util.List;

/** Hears what a {@link ConfigWatcher} finds, on the watcher's own thread, one call after the other. */
public interface ConfigListener {
    /**
     * What would be put in force. May block.
     *
     * @throws ConfigException if it could not
     */
    default void onCandidate(Loaded candidate) {}

    /**
     * A good configuration that differs from the last good one. May block; may throw a {@link ConfigException} when it
     * cannot be put in force, which then counts as rejected.
     *
     * @param needsRestart pointers of keys that differ from those the process started with
     */
    void onChanged(Loaded loaded, List<String> needsRestart);

    /** A bad one, once for each content; the last good one stays in force. */
    void onRejected(ConfigException rejected);

    /** After a bad one the file is again what is in force. */
    default void onRestored() {}
}
