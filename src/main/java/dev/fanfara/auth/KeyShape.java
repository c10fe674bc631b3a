package dev.fanfara.auth;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * What of a public key decides which algorithms it fits: its family and its size. Immutable.
 *
 * @param bits of the modulus or the curve's field; 0 for EdDSA
 * @param signatureBytes how long every signature by it is
 */
record KeyShape(Algorithm.Family family, int bits, int signatureBytes) {
    /** RFC 7518 section 3.3. */
    static final int MIN_RSA_BITS = 2048;

    static KeyShape rsa(int modulusBits) {
        return new KeyShape(Algorithm.Family.RSA, modulusBits, (modulusBits + 7) / 8);
    }

    static KeyShape ec(int fieldBits) {
        return new KeyShape(Algorithm.Family.EC, fieldBits, 2 * ((fieldBits + 7) / 8));
    }

    /** RFC 8032: a signature is a point and a scalar. */
    static Optional<KeyShape> edwards(String curve) {
        return switch (curve) {
            case "Ed25519" -> Optional.of(new KeyShape(Algorithm.Family.EDDSA, 0, 64));
            case "Ed448" -> Optional.of(new KeyShape(Algorithm.Family.EDDSA, 0, 114));
            default -> Optional.empty();
        };
    }

    static Optional<KeyShape> of(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return Optional.of(rsa(rsa.getModulus().bitLength()));
        }
        if (key instanceof ECPublicKey ec) {
            return Optional.of(ec(ec.getParams().getCurve().getField().getFieldSize()));
        }
        return key instanceof EdECPublicKey edwards
                ? edwards(edwards.getParams().getName())
                : Optional.empty();
    }

    boolean fits(Algorithm algorithm) {
        return family == algorithm.family()
                && switch (family) {
                    case RSA -> bits >= MIN_RSA_BITS;
                    case EC -> bits == algorithm.curveBits();
                    case EDDSA -> true;
                    case HMAC -> false;
                };
    }
}
