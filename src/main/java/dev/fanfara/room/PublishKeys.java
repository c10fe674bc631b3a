package dev.fanfara.room;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The idempotency keys of one room: a publication repeated under its key within {@link #LIFE} is known and not
 * delivered again. Not thread-safe: it lives on one event loop. Reads no clock.
 */
public final class PublishKeys {
    public static final Duration LIFE = Duration.ofSeconds(120);
    public static final int MAX_KEYS = 10_000;

    /** In the order they were taken, so the oldest are first. */
    private final Map<String, Taken> taken = new LinkedHashMap<>();

    private record Taken(byte[] digest, long nanos) {}

    /**
     * Takes the key, if it is new.
     *
     * @return true if the same payload was published under it before
     * @throws Refusal {@code conflict} if it was another payload, {@code rate-limited} if the room has too many keys
     */
    public boolean isRepeat(String key, Payload payload, long nowNanos) {
        expire(nowNanos);
        byte[] digest = digest(payload);
        Taken before = taken.get(key);
        if (before != null) {
            if (!Arrays.equals(before.digest(), digest)) {
                throw new Refusal(ErrorCode.CONFLICT, "key: another payload was published under it");
            }
            return true;
        }
        if (taken.size() >= MAX_KEYS) {
            throw new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", oldestLeavesIn(nowNanos));
        }
        taken.put(key, new Taken(digest, nowNanos));
        return false;
    }

    public boolean isEmpty() {
        return taken.isEmpty();
    }

    public void expire(long nowNanos) {
        Iterator<Taken> oldestFirst = taken.values().iterator();
        while (oldestFirst.hasNext() && nowNanos - oldestFirst.next().nanos() > LIFE.toNanos()) {
            oldestFirst.remove();
        }
    }

    private Duration oldestLeavesIn(long nowNanos) {
        return LIFE.minusNanos(nowNanos - taken.values().iterator().next().nanos());
    }

    private static byte[] digest(Payload payload) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((byte) payload.kind().ordinal());
            return sha256.digest(payload.json());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
