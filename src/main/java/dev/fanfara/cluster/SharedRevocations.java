package dev.fanfara.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import dev.fanfara.auth.Revocation;
import dev.fanfara.auth.RevocationStore;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * Revocations as keys of a map that forgets each when its time is over. A key says all, and after a partition the sides'
 * keys add up (Hazelcast puts what is absent), so there is nothing to merge.
 */
public final class SharedRevocations implements RevocationStore {
    private static final String MAP = "fanfara.revocations";
    /** Longer than any token lives, and short enough for Hazelcast to count in seconds. */
    private static final Duration MAX_LIFE = Duration.ofDays(3650);

    private final Vertx vertx;
    private final IMap<String, Boolean> map;

    public SharedRevocations(Vertx vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        this.map = hazelcast.getMap(MAP);
    }

    @Override
    public Future<Void> keep(Revocation revocation) {
        Duration left = Duration.between(Instant.now(), revocation.until());
        long seconds = Math.max(1, Math.min(left.toSeconds(), MAX_LIFE.toSeconds()) + 1);
        return vertx.executeBlocking(
                        () -> {
                            map.set(revocation.text(), true, seconds, TimeUnit.SECONDS);
                            return null;
                        },
                        false)
                .<Void>mapEmpty()
                .recover(failure ->
                        Future.failedFuture(new Refusal(ErrorCode.UNAVAILABLE, "Revocations cannot be kept now")));
    }

    @Override
    public Future<Collection<Revocation>> all() {
        return vertx.executeBlocking(this::read, false)
                .recover(failure -> Future.failedFuture(
                        new ClusterException("revocations cannot be read: " + failure.getMessage())));
    }

    private Collection<Revocation> read() {
        return map.keySet().stream().map(Revocation::parse).toList();
    }
}
