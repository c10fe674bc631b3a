package dev.fanfara.config;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether PEM texts are a certificate and its key, so that a wrong file is found before a handshake fails. */
final class TlsPair {
    /** Some tools write a key without the wrapping that the JDK can read, as Vert.x can. Of EC it is let through unread. */
    private static final Pattern OLDER_KEY = Pattern.compile("-----BEGIN (RSA|EC) PRIVATE KEY-----");

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final Pattern RSA_KEY =
            Pattern.compile("-----BEGIN RSA PRIVATE KEY-----([^-]+)-----END RSA PRIVATE KEY-----");
    /** RFC 5208: version 0 and the name of RSA; the key as in RFC 8017 follows as an octet string. */
    private static final byte[] RSA_WRAPPING = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final byte[] PROBE = {1, 2, 3};

    private TlsPair() {}

    static boolean isCertificate(String pem) {
        return PemKey.key(pem, CERTIFICATE) != null;
    }

    static boolean isPrivateKey(String pem) {
        return PemKey.key(pem, PRIVATE_KEY) != null || OLDER_KEY.matcher(pem).find();
    }

    private static @Nullable Key privateKey(String pem) {
        Matcher rsa = RSA_KEY.matcher(pem);
        if (!rsa.find()) {
            return PemKey.key(pem, PRIVATE_KEY);
        }
        try {
            byte[] bare = Base64.getMimeDecoder().decode(rsa.group(1));
            ByteBuffer wrapped = ByteBuffer.allocate(RSA_WRAPPING.length + 8 + bare.length)
                    .put((byte) 0x30)
                    .put((byte) 0x82)
                    .putShort((short) (RSA_WRAPPING.length + 4 + bare.length))
                    .put(RSA_WRAPPING)
                    .put((byte) 0x04)
                    .put((byte) 0x82)
                    .putShort((short) bare.length)
                    .put(bare);
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(wrapped.array()));
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            return null;
        }
    }

    /** What one signs the other must verify: this works alike for all families of keys. */
    static boolean matches(String certificate, String key) {
        if (!(PemKey.key(certificate, CERTIFICATE) instanceof PublicKey publicKey)
                || !(privateKey(key) instanceof PrivateKey privateKey)) {
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
