package dev.fanfara.room;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys of one room: a publication repeated under its key within {@link #LIFE} is known and not
 * delivered again. Not thread-safe. Reads no clock.
 */
public final class PublishKeys {
    public static final Duration LIFE = Duration.ofSeconds(120);
    public static final int MAX_KEYS = 10_000;

    /** In the order they were taken, so the oldest are first. */
    private Map<String, Taken> taken = Map.of();

    /** {@code offset} is where the publication is; 0 in a room without positions. */
    public record Taken(Digest digest, long offset, long millis) {}

    /** Half of a SHA-256: enough to tell payloads apart, and half of what a key costs. */
    record Digest(long high, long low) {
        static Digest of(Payload payload) {
            try {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                sha256.update((byte) payload.kind().ordinal());
                ByteBuffer digest = ByteBuffer.wrap(sha256.digest(payload.json()));
                return new Digest(digest.getLong(), digest.getLong());
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java platform has SHA-256", impossible);
            }
        }
    }

    /**
     * What was published under a key before.
     *
     * @return null if nothing was
     * @throws Refusal {@code conflict} if it was another payload, {@code rate-limited} if it is new and the room has too
     *     many keys
     */
    public @Nullable Taken find(String key, Payload payload, long nowMillis) {
        expire(nowMillis);
        Taken before = taken.get(key);
        if (before != null) {
            if (!before.digest().equals(Digest.of(payload))) {
                throw new Refusal(ErrorCode.CONFLICT, "key: another payload was published under it");
            }
            return before;
        }
        if (taken.size() >= MAX_KEYS) {
            throw new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", oldestLeavesIn(nowMillis));
        }
        return null;
    }

    public void take(String key, Payload payload, long offset, long nowMillis) {
        put(key, new Taken(Digest.of(payload), offset, nowMillis));
    }

    private void put(String key, Taken publication) {
        if (taken.isEmpty()) {
            taken = new LinkedHashMap<>(2); // most rooms see no keys at all
        }
        taken.put(key, publication);
    }

    void clear() {
        taken = Map.of();
    }

    public boolean isEmpty() {
        return taken.isEmpty();
    }

    public void expire(long nowMillis) {
        if (taken.isEmpty()) {
            return;
        }
        Iterator<Taken> oldestFirst = taken.values().iterator();
        while (oldestFirst.hasNext() && nowMillis - oldestFirst.next().millis() > LIFE.toMillis()) {
            oldestFirst.remove();
        }
    }

    private Duration oldestLeavesIn(long nowMillis) {
        return LIFE.minusMillis(nowMillis - taken.values().iterator().next().millis());
    }

    void write(DataOutput out) throws IOException {
        Bytes.writeList(out, taken.entrySet(), (to, entry) -> {
            Bytes.writeText(to, entry.getKey());
            to.writeLong(entry.getValue().digest().high());
            to.writeLong(entry.getValue().digest().low());
            to.writeLong(entry.getValue().offset());
            to.writeLong(entry.getValue().millis());
        });
    }

    void readFrom(DataInput in) throws IOException {
        int size = in.readInt();
        for (int i = 0; i < size; i++) {
            String key = Bytes.readText(in);
            Digest digest = new Digest(in.readLong(), in.readLong());
            put(key == null ? "" : key, new Taken(digest, in.readLong(), in.readLong()));
        }
    }
}
