package dev.fanfara.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes tokens, good and evil, with the JDK alone: a judge independent of what is tested. Quotes are single. */
final class Forge {
    interface Signer {
        byte[] sign(byte[] input) throws GeneralSecurityException;
    }

    private Forge() {}

    static String token(String header, String payload, Signer signer) {
        return signed(base64(header.replace('\'', '"')) + "." + base64(payload.replace('\'', '"')), signer);
    }

    /** For segments that are not what they should be. */
    static String signed(String input, Signer signer) {
        try {
            return input + "." + base64(signer.sign(input.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A signer for the algorithm as a JWT header names it. */
    static Signer signer(String algorithm, KeyPair pair) {
        String name = switch (algorithm) {
            case "RS256" -> "SHA256withRSA";
            case "RS384" -> "SHA384withRSA";
            case "RS512" -> "SHA512withRSA";
            case "ES256" -> "SHA256withECDSAinP1363Format";
            case "ES384" -> "SHA384withECDSAinP1363Format";
            default -> "EdDSA";
        };
        return input -> sign(name, pair, input);
    }

    static byte[] sign(String name, KeyPair pair, byte[] input) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(name);
        signature.initSign(pair.getPrivate());
        signature.update(input);
        return signature.sign();
    }

    static Signer hmac(String algorithm, String secret) {
        return input -> {
            Mac mac = Mac.getInstance(algorithm.replace("HS", "HmacSHA"));
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            return mac.doFinal(input);
        };
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
