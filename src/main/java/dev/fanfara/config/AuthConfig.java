package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens and API keys are believed. Immutable.
 *
 * @param audience a token must name one of these; empty asks for none
 * @param leeway how far the clocks of issuer and gateway may differ
 */
public record AuthConfig(
        boolean required,
        @Nullable String issuer,
        List<String> audience,
        Duration leeway,
        List<KeyConfig> keys,
        List<ApiKeyConfig> apiKeys) {
    static AuthConfig read(Fields fields) {
        AuthConfig auth = new AuthConfig(
                fields.value("required", Value.flag(), false, "Whether clients need a token"),
                fields.optional(
                        "issuer",
                        Value.text("an issuer, such as \"https://idp\"", "https://idp"),
                        "Tokens must carry this iss"),
                fields.list(
                        "audience",
                        Value.text("an audience, such as \"dashboards\"", "dashboards"),
                        List.of(),
                        "Tokens must carry one of these as aud; empty asks for none"),
                fields.value(
                        "leeway",
                        Quantities.duration("0s", "10m"),
                        "30s",
                        "How far the clocks of issuer and gateway may differ"),
                fields.objects("keys", KeyConfig::read, List.of(), "Keys that tokens are checked with"),
                fields.objects("apiKeys", ApiKeyConfig::read, List.of(), "Keys of backends, shown in X-API-Key"));
        fields.check(
                !auth.required() || !auth.keys().isEmpty() || !auth.apiKeys().isEmpty(),
                "required",
                "a key in auth.keys or auth.apiKeys when it is true, for nobody could enter",
                "keys",
                "apiKeys");
        List<@Nullable String> ids = new ArrayList<>();
        auth.keys().forEach(key -> ids.add(key.id()));
        Uniqueness.check(fields, "keys", "id", ids);
        Uniqueness.check(
                fields,
                "apiKeys",
                "name",
                auth.apiKeys().stream().map(ApiKeyConfig::name).toList());
        Uniqueness.check(
                fields,
                "apiKeys",
                "key",
                auth.apiKeys().stream().map(ApiKeyConfig::key).toList());
        return auth;
    }
}
