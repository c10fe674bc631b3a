package dev.fanfara.config;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which kind of key a PEM text holds, so that a wrong one is found when the file is checked and not at the first token. */
final class PemKey {
    /** An Ed25519 public key of no one in particular (RFC 8410, section 10.1). */
    static final String EXAMPLE = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
            -----END PUBLIC KEY-----""";

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
        return key(pem, "");
    }

    /** The first block whose label ends so: one file may hold a certificate and its key. */
    static @Nullable Key key(String pem, String label) {
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            if (matcher.group(1).endsWith(label)) {
                return key(matcher);
            }
        }
        return null;
    }

    /** All that can be read. */
    static List<X509Certificate> certificates(String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            try {
                if (matcher.group(1).equals("CERTIFICATE") && certificate(matcher) instanceof X509Certificate x509) {
                    certificates.add(x509);
                }
            } catch (GeneralSecurityException unreadable) {
                // The first one has been read before; the others are the clients' affair.
            }
        }
        return certificates;
    }

    private static Certificate certificate(Matcher block) throws GeneralSecurityException {
        byte[] pem = block.group().getBytes(StandardCharsets.US_ASCII);
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
    }

    private static @Nullable Key key(Matcher block) {
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            if (block.group(1).equals("CERTIFICATE")) {
                return certificate(block).getPublicKey();
            }
            return key(der, block.group(1).equals("PUBLIC KEY"));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return null;
        }
    }

    /** The encoding names its family, but the JDK offers no other way to ask for it than to try. */
    private static @Nullable Key key(byte[] der, boolean isPublic) throws GeneralSecurityException {
        Key key = null;
        for (String family : List.of("RSA", "EC", "Ed25519")) {
            if (key == null) {
                key = key(KeyFactory.getInstance(family), der, isPublic);
            }
        }
        return key;
    }

    private static @Nullable Key key(KeyFactory family, byte[] der, boolean isPublic) {
        try {
            return isPublic
                    ? family.generatePublic(new X509EncodedKeySpec(der))
                    : family.generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null;
        }
    }
}
