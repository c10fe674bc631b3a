package dev.fanfara.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as an identity provider makes them, good ones and forged ones. */
public final class Jwt {
    public static final String SECRET = "a secret that is known to these tests only";

    private Jwt() {}

    /** May join and publish everywhere, for five minutes. */
    public static String of(String user) {
        return signed(SECRET, claims(user, 300));
    }

    public static JsonObject claims(String user, long livesSeconds) {
        return new JsonObject()
                .put("sub", user)
                .put("exp", Instant.now().getEpochSecond() + livesSeconds)
                .put(
                        "rooms",
                        new JsonObject()
                                .put("join", all())
                                .put("publish", all())
                                .put("presence", all()));
    }

    private static JsonArray all() {
        return new JsonArray().add("**");
    }

    public static String signed(String secret, JsonObject claims) {
        String content = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + base64(claims.encode());
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static String unsigned(JsonObject claims) {
        return base64("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + base64(claims.encode()) + ".";
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
