package dev.fanfara.auth;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys in a PEM text: {@code PUBLIC KEY} or {@code CERTIFICATE} to verify, {@code PRIVATE KEY} (PKCS #8) to sign, or
 * one after the other. Of a private RSA key, and of a private EC key as openssl writes it, the public half is known too.
 * Immutable.
 */
record PemKeys(@Nullable PublicKey publicKey, @Nullable PrivateKey privateKey) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** @throws UnusableKey with a sentence about {@code name} */
    static PemKeys parse(String pem, Algorithm.Family family, String name) {
        try {
            PublicKey publicKey = null;
            PrivateKey privateKey = null;
            KeyFactory factory = KeyFactory.getInstance(family == Algorithm.Family.EDDSA ? "EdDSA" : family.name());
            Matcher block = BLOCK.matcher(pem);
            while (block.find()) {
                byte[] der = Base64.getMimeDecoder().decode(block.group(2));
                switch (block.group(1)) {
                    case "PUBLIC KEY" -> publicKey = factory.generatePublic(new X509EncodedKeySpec(der));
                    case "CERTIFICATE" -> publicKey = certified(der);
                    case "PRIVATE KEY" -> privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(der));
                    case "EC PARAMETERS" -> {
                        // openssl writes the curve's name in front of a key that names it again.
                    }
                    default ->
                        throw new UnusableKey(name + ": a PEM block '" + block.group(1)
                                + "' cannot be used; 'openssl pkey' writes PUBLIC KEY and PRIVATE KEY");
                }
            }
            if (publicKey == null && privateKey != null) {
                publicKey = publicHalf(privateKey, factory);
            }
            if (publicKey == null && privateKey == null) {
                throw new UnusableKey(name + ": expected a PEM text with a PUBLIC KEY, CERTIFICATE or PRIVATE KEY");
            }
            return new PemKeys(publicKey, privateKey);
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            throw new UnusableKey(name + ": the PEM text holds no readable " + family + " key");
        }
    }

    /** The form vertx-auth reads: one block of one kind. */
    static String text(Key key) {
        String kind = key instanceof PrivateKey ? "PRIVATE KEY" : "PUBLIC KEY";
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + kind + "-----\n";
    }

    private static PublicKey certified(byte[] der) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der))
                .getPublicKey();
    }

    private static @Nullable PublicKey publicHalf(PrivateKey key, KeyFactory factory) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey rsa) {
            return factory.generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        }
        return key instanceof ECPrivateKey ec ? publicHalf(ec, factory) : null;
    }

    /** RFC 5915: the point, if it was written, ends the key as {@code [1] { BIT STRING 00 04 x y }}. */
    private static @Nullable PublicKey publicHalf(ECPrivateKey key, KeyFactory factory)
            throws GeneralSecurityException {
        int length = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        int point = 2 * length + 2;
        byte[] mark = {(byte) 0xA1, (byte) (point + 2), 3, (byte) point, 0, 4};
        byte[] der = key.getEncoded();
        int y = der.length - length;
        int x = y - length;
        int start = x - mark.length;
        if (start < 0 || !Arrays.equals(der, start, x, mark, 0, mark.length)) {
            return null;
        }
        ECPoint w = new ECPoint(
                new BigInteger(1, Arrays.copyOfRange(der, x, y)),
                new BigInteger(1, Arrays.copyOfRange(der, y, der.length)));
        return factory.generatePublic(new ECPublicKeySpec(w, key.getParams()));
    }
}
