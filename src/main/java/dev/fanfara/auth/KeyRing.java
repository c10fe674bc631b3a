package dev.fanfara.auth;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Every key a token may be signed with: those of the configuration and those of published sets. Any thread. */
final class KeyRing {
    /** A token without a key id is tried with no more keys than this: each try costs a signature. */
    static final int MAX_TRIES = 8;

    private final List<VerificationKey> configured;
    private final List<JwksKeys> sets;

    private KeyRing(List<VerificationKey> configured, List<JwksKeys> sets) {
        this.configured = List.copyOf(configured);
        this.sets = List.copyOf(sets);
    }

    /**
     * @param publishedAt gives the set of a URL; it is told how the sentences about the key begin
     * @throws UnusableKey if one is unreadable or does not fit its algorithms
     */
    static KeyRing read(AuthConfig config, BiFunction<String, String, Jwks> publishedAt) {
        List<VerificationKey> configured = new ArrayList<>();
        List<JwksKeys> sets = new ArrayList<>();
        for (KeyConfig key : config.keys()) {
            String name = ConfiguredKeys.nameOf(config, key);
            String url = key.jwks();
            if (url == null) {
                configured.addAll(ConfiguredKeys.read(key, name));
            } else {
                sets.add(
                        new JwksKeys(publishedAt.apply(url, name), ConfiguredKeys.publishable(key.algorithms(), name)));
            }
        }
        return new KeyRing(configured, sets);
    }

    /** The set fetched from that address, if one of these keys comes from there. */
    Optional<Jwks> publishedAt(String url) {
        return sets.stream()
                .map(JwksKeys::jwks)
                .filter(jwks -> jwks.url().equals(url))
                .findFirst();
    }

    boolean hasNoEntries() {
        return configured.isEmpty() && sets.isEmpty();
    }

    boolean hasNoKeys() {
        return all().findAny().isEmpty();
    }

    boolean binds(Algorithm algorithm) {
        return configured.stream().anyMatch(key -> key.algorithm() == algorithm)
                || sets.stream().anyMatch(set -> set.binds(algorithm));
    }

    boolean holds(VerificationKey key) {
        return all().anyMatch(held -> held == key);
    }

    /** Whether every published set has been fetched once. */
    boolean ready() {
        return sets.stream().allMatch(set -> set.jwks().ready());
    }

    /** Completes, never fails, when the sets that serve an algorithm are as fresh as they can be. */
    Future<Void> fresh(Algorithm algorithm) {
        List<Future<Void>> stale = sets.stream()
                .filter(set -> set.binds(algorithm))
                .map(JwksKeys::fresh)
                .filter(look -> !look.isComplete())
                .toList();
        return stale.isEmpty() ? Future.succeededFuture() : Future.all(stale).mapEmpty();
    }

    /** Completes, never fails, when those sets have been looked at again, or may not be yet. */
    Future<Void> lookAgain(Algorithm algorithm) {
        return Future.all(sets.stream()
                        .filter(set -> set.binds(algorithm))
                        .map(JwksKeys::lookAgain)
                        .toList())
                .mapEmpty();
    }

    /**
     * The keys a token may have been signed with: those of its key id, or, if nobody has that id, the keys that have none.
     */
    List<VerificationKey> candidates(CompactToken token) {
        String id = token.keyId();
        if (id == null) {
            return bound(token).limit(MAX_TRIES).toList();
        }
        List<VerificationKey> named =
                bound(token).filter(key -> id.equals(key.id())).limit(MAX_TRIES).toList();
        if (!named.isEmpty() || !isPlain(id)) {
            return named;
        }
        return bound(token).filter(key -> key.id() == null).limit(MAX_TRIES).toList();
    }

    /** Whether the key a token asks for is here, so that looking elsewhere would be in vain. */
    boolean knows(CompactToken token) {
        String id = token.keyId();
        return bound(token).anyMatch(key -> id == null || id.equals(key.id()));
    }

    /** Whether a key id is a name, not the path, URL or query an attacker hopes somebody will look up. */
    private static boolean isPlain(String id) {
        return id.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || "_.=+~-".indexOf(c) >= 0);
    }

    private Stream<VerificationKey> bound(CompactToken token) {
        return all().filter(key -> key.algorithm() == token.algorithm());
    }

    private Stream<VerificationKey> all() {
        return Stream.concat(configured.stream(), sets.stream().flatMap(set -> set.keys().stream()));
    }
}
