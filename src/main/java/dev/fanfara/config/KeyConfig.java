package dev.fanfara.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One key or key set and the algorithms it is bound to (exactly one of secret, pem and jwks is there). Immutable. */
public record KeyConfig(
        @Nullable String id,
        List<String> algorithms,
        @Nullable String secret,
        @Nullable String pem,
        @Nullable String jwks) {}
