package dev.fanfara.rollout;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The versions of a node that is alone; they end with it. Any thread. */
public final class LocalVersions implements VersionStore {
    private final Deque<Version> versions = new ArrayDeque<>();

    @Override
    public synchronized Future<Optional<Version>> latest() {
        return Future.succeededFuture(Optional.ofNullable(versions.peekFirst()));
    }

    @Override
    public synchronized Future<Boolean> add(long after, Version next) {
        Version latest = versions.peekFirst();
        if (after != (latest == null ? 0 : latest.number())) {
            return Future.succeededFuture(false);
        }
        versions.addFirst(next);
        if (versions.size() > KEPT) {
            versions.removeLast();
        }
        return Future.succeededFuture(true);
    }

    @Override
    public synchronized Future<List<Version>> all() {
        return Future.succeededFuture(List.copyOf(versions));
    }
}
