package dev.fanfara.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.fanfara.rollout.Version;
import dev.fanfara.rollout.VersionStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The configurations of the cluster, in its memory: the latest under a key of its own, which changes by comparing, and
 * those before it by their numbers.
 */
public final class SharedVersions implements VersionStore {
    private static final String MAP = "fanfara.config";
    private static final String LATEST = "latest";

    private final Vertx vertx;
    private final IMap<String, String> map;

    public SharedVersions(Vertx vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        this.map = hazelcast.getMap(MAP);
    }

    @Override
    public Future<Optional<Version>> latest() {
        return blocking(() -> Optional.ofNullable(map.get(LATEST)).map(Version::decode));
    }

    @Override
    public Future<Boolean> add(long after, Version next) {
        return blocking(() -> replace(after, next));
    }

    private boolean replace(long after, Version next) {
        @Nullable String latest = map.get(LATEST);
        if (latest == null) {
            return after == 0 && map.putIfAbsent(LATEST, next.encode()) == null;
        }
        Version before = Version.decode(latest);
        if (before.number() != after) {
            return false;
        }
        // In this order: a node that dies in between leaves a past that is told twice, and never one that is lost.
        map.set(Long.toString(after), latest);
        boolean replaced = map.replace(LATEST, latest, next.encode());
        map.delete(Long.toString(next.number() - KEPT));
        return replaced;
    }

    @Override
    public Future<List<Version>> all() {
        return blocking(() -> {
            List<Version> all = new ArrayList<>();
            @Nullable String next = map.get(LATEST);
            while (next != null && all.size() < KEPT) {
                Version version = Version.decode(next);
                all.add(version);
                next = map.get(Long.toString(version.number() - 1));
            }
            return List.copyOf(all);
        });
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false)
                .recover(failure -> Future.failedFuture(new ClusterException(
                        "the cluster's configuration cannot be reached: " + failure.getMessage())));
    }
}
