package dev.fanfara.rollout;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Where the nodes of a cluster keep the configurations that were applied to all of them. Any thread. */
public interface VersionStore {
    /** So many can be gone back to. */
    int KEPT = 20;

    Future<Optional<Version>> latest();

    /** Keeps the next one if {@code after} is still the number of the latest, 0 if there was none; tells whether it was. */
    Future<Boolean> add(long after, Version next);

    /** The latest first. */
    Future<List<Version>> all();
}
