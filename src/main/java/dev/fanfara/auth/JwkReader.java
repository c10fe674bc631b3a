package dev.fanfara.auth;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes of a published key set (RFC 7517) what fits the configured algorithms. A set may hold keys for other purposes, so
 * what does not fit is passed over; symmetric keys always are, since a published secret is none.
 */
final class JwkReader {
    private static final List<String> PUBLIC_MEMBERS = List.of("kty", "crv", "x", "y", "n", "e");

    private JwkReader() {}

    static List<VerificationKey> read(JsonObject jwk, Set<Algorithm> algorithms) {
        List<VerificationKey> keys = new ArrayList<>();
        try {
            Optional<KeyShape> shape = isForSignatures(jwk) ? shape(jwk) : Optional.empty();
            if (shape.isPresent() && hasUsableId(jwk)) {
                for (Algorithm algorithm : algorithms) {
                    if (shape.get().fits(algorithm) && names(jwk, algorithm)) {
                        keys.add(key(jwk, algorithm, shape.get()));
                    }
                }
            }
        } catch (RuntimeException unreadable) {
            return List.of();
        }
        return keys;
    }

    private static VerificationKey key(JsonObject jwk, Algorithm algorithm, KeyShape shape) {
        JsonObject bare = new JsonObject().put("alg", algorithm.wireName());
        for (String member : PUBLIC_MEMBERS) {
            if (jwk.containsKey(member)) {
                bare.put(member, jwk.getValue(member));
            }
        }
        return VerificationKey.of(jwk.getString("kid"), algorithm, bare, shape);
    }

    private static boolean isForSignatures(JsonObject jwk) {
        boolean use = !jwk.containsKey("use") || "sig".equals(jwk.getValue("use"));
        boolean operation = !jwk.containsKey("key_ops")
                || (jwk.getValue("key_ops") instanceof JsonArray operations && operations.contains("verify"));
        return use && operation;
    }

    private static boolean hasUsableId(JsonObject jwk) {
        return !jwk.containsKey("kid")
                || (jwk.getValue("kid") instanceof String id
                        && !id.isEmpty()
                        && id.length() <= CompactToken.MAX_KEY_ID_LENGTH);
    }

    private static boolean names(JsonObject jwk, Algorithm algorithm) {
        return !jwk.containsKey("alg") || algorithm.wireName().equals(jwk.getValue("alg"));
    }

    private static Optional<KeyShape> shape(JsonObject jwk) {
        return switch (jwk.getString("kty", "")) {
            case "RSA" -> Optional.of(KeyShape.rsa(bits(jwk.getString("n"))));
            case "EC" ->
                switch (jwk.getString("crv", "")) {
                    case "P-256" -> Optional.of(KeyShape.ec(256));
                    case "P-384" -> Optional.of(KeyShape.ec(384));
                    default -> Optional.empty();
                };
            case "OKP" -> KeyShape.edwards(jwk.getString("crv", ""));
            default -> Optional.empty();
        };
    }

    private static int bits(@Nullable String modulus) {
        return modulus == null ? 0 : new BigInteger(1, Base64.getUrlDecoder().decode(modulus)).bitLength();
    }
}
