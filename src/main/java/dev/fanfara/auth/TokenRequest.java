package dev.fanfara.auth;

import dev.fanfara.protocol.Scope;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a token to be signed shall say. Immutable. */
public record TokenRequest(
        String user,
        Duration lifetime,
        Set<Scope> scopes,
        @Nullable RoomGrants rooms) {
    public TokenRequest {
        scopes = Set.copyOf(scopes);
    }
}
