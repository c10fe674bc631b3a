package dev.fanfara.auth;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fresh keys, in the forms in which they are configured and published. */
final class Keys {
    static final String SECRET = "0123456789abcdef0123456789abcdef";
    /** Made once: an RSA key takes a while. */
    static final KeyPair RSA = pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));

    static final KeyPair EC = ec("secp256r1");
    static final KeyPair EC384 = ec("secp384r1");
    static final KeyPair ED = pair("EdDSA", NamedParameterSpec.ED25519);

    private Keys() {}

    static KeyPair ec(String curve) {
        return pair("EC", new ECGenParameterSpec(curve));
    }

    static KeyPair pair(String algorithm, AlgorithmParameterSpec spec) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(spec);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static String pem(Key key) {
        return PemKeys.text(key);
    }

    static AuthConfig config(KeyConfig... keys) {
        return new AuthConfig(true, null, List.of(), Duration.ofSeconds(30), List.of(keys), List.of());
    }

    static KeyConfig secret(@Nullable String id, String secret, String... algorithms) {
        return new KeyConfig(id, List.of(algorithms), secret, null, null);
    }

    static KeyConfig pem(@Nullable String id, String pem, String... algorithms) {
        return new KeyConfig(id, List.of(algorithms), null, pem, null);
    }

    static KeyConfig jwks(String url, String... algorithms) {
        return new KeyConfig(null, List.of(algorithms), null, null, url);
    }

    static JsonObject set(JsonObject... keys) {
        return new JsonObject().put("keys", new JsonArray(Arrays.asList(keys)));
    }

    static JsonObject jwk(String id, KeyPair pair) {
        JsonObject jwk = new JsonObject().put("kid", id).put("use", "sig");
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return jwk.put("kty", "RSA")
                    .put("n", number(rsa.getModulus(), 0))
                    .put("e", number(rsa.getPublicExponent(), 0));
        }
        if (pair.getPublic() instanceof ECPublicKey ec) {
            int bits = ec.getParams().getCurve().getField().getFieldSize();
            return jwk.put("kty", "EC")
                    .put("crv", "P-" + bits)
                    .put("x", number(ec.getW().getAffineX(), bits / 8))
                    .put("y", number(ec.getW().getAffineY(), bits / 8));
        }
        EdECPublicKey edwards = (EdECPublicKey) pair.getPublic();
        byte[] spki = edwards.getEncoded();
        return jwk.put("kty", "OKP")
                .put("crv", edwards.getParams().getName())
                .put("x", base64(Arrays.copyOfRange(spki, spki.length - 32, spki.length)));
    }

    private static String number(BigInteger value, int length) {
        byte[] signed = value.toByteArray();
        byte[] bytes = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
        byte[] padded = new byte[Math.max(length, bytes.length)];
        System.arraycopy(bytes, 0, padded, padded.length - bytes.length, bytes.length);
        return base64(padded);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
