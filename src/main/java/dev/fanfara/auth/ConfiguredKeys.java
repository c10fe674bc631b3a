package dev.fanfara.auth;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the secrets and PEM texts of {@code auth.keys}; every failure is one sentence that names the key. */
final class ConfiguredKeys {
    static final int MIN_SECRET_BYTES = 32;

    private ConfiguredKeys() {}

    /** Its place in the configuration and its id, as the sentences begin. */
    static String nameOf(AuthConfig config, KeyConfig key) {
        String place = "/auth/keys/" + config.keys().indexOf(key);
        return key.id() == null ? place : place + " (" + key.id() + ")";
    }

    static List<VerificationKey> read(KeyConfig key, String name) {
        Set<Algorithm> algorithms = Algorithm.all(key.algorithms(), name);
        if (key.secret() != null) {
            return ofSecret(key, key.secret(), algorithms, name);
        }
        if (key.pem() != null) {
            return ofPem(key, key.pem(), algorithms, name);
        }
        throw new UnusableKey(name + ": one of secret, pem and jwks is needed");
    }

    /** The algorithms a published set may serve. */
    static Set<Algorithm> publishable(List<String> names, String name) {
        Set<Algorithm> algorithms = Algorithm.all(names, name);
        if (algorithms.stream().anyMatch(algorithm -> algorithm.family() == Algorithm.Family.HMAC)) {
            throw new UnusableKey(name + ": a JWKS is public, HMAC algorithms need a secret");
        }
        return algorithms;
    }

    static void checkSecret(String secret, Set<Algorithm> algorithms, String name) {
        if (family(algorithms, name) != Algorithm.Family.HMAC) {
            throw new UnusableKey(name + ": a secret serves HS256, HS384 and HS512 only");
        }
        int bytes = secret.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < MIN_SECRET_BYTES) {
            throw new UnusableKey(
                    name + ": the secret has " + bytes + " bytes, at least " + MIN_SECRET_BYTES + " are needed");
        }
        if (secret.contains("-----BEGIN ")) {
            // Anybody may know a public key; as a secret it would let anybody sign.
            throw new UnusableKey(name + ": the secret is a PEM text, which belongs in 'pem'");
        }
    }

    static PemKeys pemKeys(String pem, Set<Algorithm> algorithms, String name) {
        Algorithm.Family family = family(algorithms, name);
        if (family == Algorithm.Family.HMAC) {
            throw new UnusableKey(name + ": HMAC algorithms need a secret, not a PEM text");
        }
        return PemKeys.parse(pem, family, name);
    }

    private static List<VerificationKey> ofSecret(
            KeyConfig key, String secret, Set<Algorithm> algorithms, String name) {
        checkSecret(secret, algorithms, name);
        return algorithms.stream()
                .map(algorithm -> VerificationKey.hmac(key.id(), algorithm, secret))
                .toList();
    }

    private static List<VerificationKey> ofPem(KeyConfig key, String pem, Set<Algorithm> algorithms, String name) {
        PemKeys keys = pemKeys(pem, algorithms, name);
        if (keys.publicKey() == null) {
            throw new UnusableKey(
                    name + ": the PEM text has a private key only; add its PUBLIC KEY ('openssl pkey" + " -pubout')");
        }
        KeyShape shape = KeyShape.of(keys.publicKey())
                .orElseThrow(() -> new UnusableKey(name + ": the PEM text holds a key of an unknown kind"));
        List<VerificationKey> read = new ArrayList<>();
        for (Algorithm algorithm : algorithms) {
            if (!shape.fits(algorithm)) {
                throw new UnusableKey(name + ": the key (" + shape.family() + ", " + shape.bits()
                        + " bits) does not fit " + algorithm.wireName());
            }
            read.add(VerificationKey.of(key.id(), algorithm, keys.publicKey(), shape));
        }
        return read;
    }

    private static Algorithm.Family family(Set<Algorithm> algorithms, String name) {
        List<Algorithm.Family> families =
                algorithms.stream().map(Algorithm::family).distinct().toList();
        if (families.size() > 1) {
            throw new UnusableKey(name + ": one key cannot serve " + families.get(0) + " and " + families.get(1));
        }
        return families.get(0);
    }
}
