package dev.fanfara.cluster;

import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.fanfara.recovery.SessionStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sessions in the cluster's memory, where any node finds them, also when the one that kept them is gone. */
public final class SharedSessions implements SessionStore {
    private static final String MAP = "fanfara.sessions";

    private final Vertx vertx;
    private final IMap<String, String> map;

    public SharedSessions(Vertx vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        this.map = hazelcast.getMap(MAP);
    }

    static MapConfig structure(int backups) {
        return new MapConfig(MAP)
                .setBackupCount(backups)
                .setStatisticsEnabled(false)
                .setEvictionConfig(new EvictionConfig()
                        .setEvictionPolicy(EvictionPolicy.LRU)
                        .setMaxSizePolicy(MaxSizePolicy.USED_HEAP_SIZE)
                        .setSize(MAX_MIB));
    }

    @Override
    public Future<Void> keep(String key, String session, Duration life) {
        return Future.fromCompletionStage(
                map.setAsync(key, session, life.toMillis(), TimeUnit.MILLISECONDS), vertx.getOrCreateContext());
    }

    @Override
    public Future<Optional<String>> take(String key) {
        return Future.fromCompletionStage(map.removeAsync(key), vertx.getOrCreateContext())
                .map(Optional::ofNullable);
    }
}
