package dev.fanfara.auth;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The signature algorithms a key may be bound to (RFC 7518 section 3.1, RFC 8037). */
enum Algorithm {
    HS256("HS256", Family.HMAC),
    HS384("HS384", Family.HMAC),
    HS512("HS512", Family.HMAC),
    RS256("RS256", Family.RSA),
    RS384("RS384", Family.RSA),
    RS512("RS512", Family.RSA),
    ES256("ES256", Family.EC),
    ES384("ES384", Family.EC),
    EDDSA("EdDSA", Family.EDDSA);

    /** What a key is made of; a key serves algorithms of one family only. */
    enum Family {
        HMAC,
        RSA,
        EC,
        EDDSA
    }

    private final String wireName;
    private final Family family;

    Algorithm(String wireName, Family family) {
        this.wireName = wireName;
        this.family = family;
    }

    /** Case counts: {@code nOnE} and {@code hs256} are no algorithms. */
    static Optional<Algorithm> named(String wireName) {
        for (Algorithm algorithm : values()) {
            if (algorithm.wireName.equals(wireName)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** The algorithms a key names; a name nobody knows makes the key unusable. */
    static Set<Algorithm> all(List<String> names, String key) {
        Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
        for (String name : names) {
            algorithms.add(named(name).orElseThrow(() -> new UnusableKey(key + ": unknown algorithm '" + name + "'")));
        }
        if (algorithms.isEmpty()) {
            throw new UnusableKey(key + ": at least one algorithm is needed");
        }
        return algorithms;
    }

    String wireName() {
        return wireName;
    }

    Family family() {
        return family;
    }

    /** The bits of the curve; 0 where there is none or the key may choose. */
    int curveBits() {
        return switch (this) {
            case ES256 -> 256;
            case ES384 -> 384;
            default -> 0;
        };
    }

    @Override
    public String toString() {
        return wireName;
    }
}
