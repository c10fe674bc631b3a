package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What the backend is asked, and told. Immutable.
 *
 * @param secret what requests are signed with; there whenever anything is asked or told
 * @param timeout until the whole answer is there
 * @param events where it is told who came and went, and which rooms have members
 */
public record HooksConfig(
        @Nullable String secret,
        Duration timeout,
        @Nullable HookConfig connect,
        @Nullable HookConfig join,
        @Nullable HookConfig publish,
        @Nullable EventsConfig events) {
    private static final String PREFIX = "whsec_";
    /** Standard Webhooks: 24 to 64 bytes. */
    private static final int SHORTEST = 24;

    private static final int LONGEST = 64;

    private static final Value<String> SECRET = Value.text(
                    "whsec_ and the base64 of 24 to 64 random bytes", PREFIX + "a".repeat(32))
            .where(HooksConfig::isSecret)
            .secret();

    private static boolean isSecret(String text) {
        try {
            int length = decode(text).length;
            return text.startsWith(PREFIX) && length >= SHORTEST && length <= LONGEST;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    /** What is signed with; null where nothing is. */
    public byte @Nullable [] key() {
        return secret == null ? null : decode(secret);
    }

    private static byte[] decode(String text) {
        return Base64.getDecoder().decode(text.substring(Math.min(PREFIX.length(), text.length())));
    }

    static HooksConfig read(Fields fields) {
        String secret = fields.optional("secret", SECRET, "What requests are signed with (standardwebhooks.com)");
        HooksConfig hooks = new HooksConfig(
                secret,
                fields.value(
                        "timeout", Quantities.duration("50ms", "30s"), "1s", "How long the backend may take to answer"),
                fields.optionalObject("connect", HookConfig::connect, "Asked before a client is let in"),
                fields.optionalObject("join", HookConfig::ofRooms, "Asked before a client joins a room"),
                fields.optionalObject("publish", HookConfig::ofRooms, "Asked before something is published in a room"),
                fields.optionalObject(
                        "events",
                        EventsConfig::read,
                        "Told who connected and disconnected, and which rooms have members"));
        boolean none = hooks.connect == null && hooks.join == null && hooks.publish == null && hooks.events == null;
        fields.check(none || secret != null, "secret", "a secret, since there are hooks");
        return hooks;
    }

    /** Without the secret: logs print configurations. */
    @Override
    public String toString() {
        return "HooksConfig[timeout=" + timeout + ", connect=" + connect + ", join=" + join + ", publish=" + publish
                + ", events=" + events + "]";
    }
}
