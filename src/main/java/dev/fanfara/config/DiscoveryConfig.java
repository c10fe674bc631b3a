package dev.fanfara.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where other members are looked for: {@code members} for type MEMBERS, {@code service} for DNS. Immutable. */
public record DiscoveryConfig(
        DiscoveryType type, List<String> members, @Nullable String service) {}
