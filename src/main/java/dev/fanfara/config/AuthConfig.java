package dev.fanfara.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tokens and API keys are believed. Immutable. */
public record AuthConfig(
        boolean required,
        @Nullable String issuer,
        List<String> audience,
        Duration leeway,
        List<KeyConfig> keys,
        List<ApiKeyConfig> apiKeys) {}
