package dev.fanfara.settings;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.config.GatewayConfig;

/** One configuration and the keys that belong to it; {@code hash} names it in logs and metrics. Immutable. */
public record Settings(GatewayConfig config, String hash, TokenVerifier tokens, ApiKeys apiKeys) {}
