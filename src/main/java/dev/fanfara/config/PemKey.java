package dev.fanfara.config;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which kind of key a PEM text holds, so that a wrong one is found when the file is checked and not at the first token. */
final class PemKey {
    /** An Ed25519 public key of no one in particular (RFC 8410, section 10.1). */
    static final String EXAMPLE = "-----BEGIN PUBLIC KEY-----\n"
            + "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
            + "-----END PUBLIC KEY-----";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PUBLIC KEY|PRIVATE KEY|CERTIFICATE)-----([^-]+)-----END \\1-----");

    private PemKey() {}

    static boolean isReadable(String pem) {
        return key(pem) != null;
    }

    static boolean fits(String pem, String algorithm) {
        String kind = kind(pem);
        return switch (algorithm) {
            case "RS256", "RS384", "RS512" -> kind.startsWith("RSA");
            case "ES256" -> kind.equals("EC with 256 bits");
            case "ES384" -> kind.equals("EC with 384 bits");
            default -> kind.equals("Ed25519");
        };
    }

    static String kind(String pem) {
        Key key = key(pem);
        if (key instanceof RSAKey rsa) {
            return "RSA with " + rsa.getModulus().bitLength() + " bits";
        }
        if (key instanceof ECKey ec) {
            return "EC with " + ec.getParams().getOrder().bitLength() + " bits";
        }
        return key == null ? "unreadable" : "Ed25519";
    }

    /** The first block of the text; null when there is none that can be read. */
    private static @Nullable Key key(String pem) {
        Matcher matcher = BLOCK.matcher(pem);
        if (!matcher.find()) {
            return null;
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
            if (matcher.group(1).equals("CERTIFICATE")) {
                byte[] block = matcher.group().getBytes(StandardCharsets.US_ASCII);
                return CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(block))
                        .getPublicKey();
            }
            return key(der, matcher.group(1).equals("PUBLIC KEY"));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Key key(byte[] der, boolean isPublic) throws GeneralSecurityException {
        for (String family : List.of("RSA", "EC", "Ed25519")) {
            KeyFactory factory = KeyFactory.getInstance(family);
            try {
                return isPublic
                        ? factory.generatePublic(new X509EncodedKeySpec(der))
                        : factory.generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                continue; // The encoding names its family; the JDK offers no other way to ask for it.
            }
        }
        return null;
    }
}
