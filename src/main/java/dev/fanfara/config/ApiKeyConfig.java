package dev.fanfara.config;

import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A key a backend shows in {@code X-API-Key}; without {@code rooms} it may use every room. Immutable. */
public record ApiKeyConfig(
        String name,
        String key,
        Set<Scope> scopes,
        @Nullable List<RoomPattern> rooms) {}
