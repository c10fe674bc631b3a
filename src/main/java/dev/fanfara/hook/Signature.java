package dev.fanfara.hook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Who asks, as a backend can verify it: the symmetric signature of Standard Webhooks. */
final class Signature {
    private static final String HMAC = "HmacSHA256";

    private Signature() {}

    /** Over id, time and body, so that none of them can be another's. */
    static String of(byte[] secret, String id, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            mac.update((id + '.' + seconds + '.').getBytes(StandardCharsets.US_ASCII));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException none) {
            throw new IllegalStateException("every JVM has " + HMAC, none);
        }
    }
}
