package dev.fanfara.auth;

import dev.fanfara.config.ApiKeyConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The API keys in force. Keeps their hashes, not the keys. Immutable. */
public final class ApiKeys {
    private final List<Entry> entries = new ArrayList<>();

    public ApiKeys(List<ApiKeyConfig> keys) {
        for (ApiKeyConfig key : keys) {
            entries.add(new Entry(hash(key.key()), identity(key)));
        }
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Takes as long for a near miss as for nonsense: hashes are compared, all of them, each to its end. */
    public Optional<Identity> find(String presented) {
        byte[] hash = hash(presented);
        @Nullable Identity found = null;
        for (Entry entry : entries) {
            boolean equal = MessageDigest.isEqual(entry.hash, hash);
            if (equal && found == null) {
                found = entry.identity;
            }
        }
        return Optional.ofNullable(found);
    }

    private static Identity identity(ApiKeyConfig key) {
        RoomGrants rooms = key.rooms() == null ? null : RoomGrants.everywhereIn(key.rooms());
        return new Identity(Identity.Kind.API_KEY, key.name(), null, null, null, key.scopes(), rooms);
    }

    private static byte[] hash(String key) {
        return Sha256.of(key.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Entry {
        private final byte[] hash;
        private final Identity identity;

        Entry(byte[] hash, Identity identity) {
            this.hash = hash;
            this.identity = identity;
        }
    }
}
