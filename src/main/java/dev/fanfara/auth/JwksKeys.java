package dev.fanfara.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of a published set that fit the algorithms one entry of {@code auth.keys} binds it to. Any thread. */
final class JwksKeys {
    private static final Logger log = LoggerFactory.getLogger(JwksKeys.class);

    /** What was made of one publication. A key published again is not read again, so it stays the same object. */
    private record Reading(
            List<JsonObject> published, Map<JsonObject, List<VerificationKey>> byJwk, List<VerificationKey> keys) {
        static final Reading NONE = new Reading(List.of(), Map.of(), List.of());
    }

    private final Jwks jwks;
    private final Set<Algorithm> algorithms;
    private volatile Reading reading = Reading.NONE;

    JwksKeys(Jwks jwks, Set<Algorithm> algorithms) {
        this.jwks = jwks;
        this.algorithms = Set.copyOf(algorithms);
    }

    Jwks jwks() {
        return jwks;
    }

    boolean binds(Algorithm algorithm) {
        return algorithms.contains(algorithm);
    }

    Future<Void> fresh() {
        return jwks.fresh();
    }

    Future<Void> lookAgain() {
        return jwks.lookAgain();
    }

    List<VerificationKey> keys() {
        Reading current = reading;
        return current.published.equals(jwks.keys()) ? current.keys : readAgain().keys;
    }

    private synchronized Reading readAgain() {
        List<JsonObject> published = jwks.keys();
        Reading last = reading;
        if (last.published.equals(published)) {
            return last;
        }
        Map<JsonObject, List<VerificationKey>> byJwk = new LinkedHashMap<>();
        for (JsonObject jwk : published) {
            List<VerificationKey> known = last.byJwk.get(jwk);
            byJwk.put(jwk, known == null ? JwkReader.read(jwk, algorithms) : known);
        }
        List<VerificationKey> keys =
                byJwk.values().stream().flatMap(List::stream).toList();
        log.info("JWKS {}: keys {}, usable for {}: {}", jwks.url(), published.size(), algorithms, keys.size());
        Reading next = new Reading(published, byJwk, keys);
        reading = next;
        return next;
    }
}
