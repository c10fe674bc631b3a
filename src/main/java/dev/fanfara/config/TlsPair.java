package dev.fanfara.config;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Comparator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether PEM texts are a certificate and its key, so that a wrong file is found before a handshake fails. */
final class TlsPair {
    /** Older tools write a key without the wrapping that the JDK can read; Vert.x can, so it is let through unread. */
    private static final Pattern OLDER_KEY = Pattern.compile("-----BEGIN (RSA|EC) PRIVATE KEY-----");

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final byte[] PROBE = {1, 2, 3};

    private TlsPair() {}

    static boolean isCertificate(String pem) {
        return PemKey.key(pem, CERTIFICATE) != null;
    }

    static boolean isPrivateKey(String pem) {
        return PemKey.key(pem, PRIVATE_KEY) != null || OLDER_KEY.matcher(pem).find();
    }

    /** What one signs the other must verify: this works alike for all families of keys. */
    static boolean matches(String certificate, String key) {
        if (!(PemKey.key(certificate, CERTIFICATE) instanceof PublicKey publicKey)
                || !(PemKey.key(key, PRIVATE_KEY) instanceof PrivateKey privateKey)) {
            return true;
        }
        String algorithm = algorithm(publicKey);
        if (algorithm == null || !algorithm.equals(algorithm(privateKey))) {
            return false;
        }
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(privateKey);
            signer.update(PROBE);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(PROBE);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** The end of the one that ends first; what cannot be read never ends. */
    static Instant expires(String certificates) {
        return PemKey.certificates(certificates).stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private static @Nullable String algorithm(Key key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519" -> "Ed25519";
            default -> null;
        };
    }
}
