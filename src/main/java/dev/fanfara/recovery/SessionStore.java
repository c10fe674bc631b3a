package dev.fanfara.recovery;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/** Where sessions wait for their clients. Bounded: what was kept longest goes first. Any thread. */
public interface SessionStore {
    /** What all that wait on one node may take. */
    int MAX_MIB = 64;

    Future<Void> keep(String key, String session, Duration life);

    /** Only one who asks gets it. */
    Future<Optional<String>> take(String key);
}
