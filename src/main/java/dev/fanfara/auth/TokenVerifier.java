package dev.fanfara.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.AuthConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a token into an identity. One is built per configuration and replaced as a whole; published key sets it knows are
 * handed on. Any thread; a future completes on the caller's context.
 *
 * <p>The order is the defence: first the form, which costs nothing; then the signature, under a key this gateway chose;
 * the claims last, so that nothing a stranger wrote is ever acted upon.
 */
public final class TokenVerifier {
    /** Long enough for the requests of one poll or page, short enough that nobody has to know of it. */
    private static final Duration REMEMBERED = Duration.ofSeconds(30);

    private static final int MAX_REMEMBERED = 10_000;

    private record Verified(Identity identity, VerificationKey key) {}

    private final KeyRing keys;
    private final ClaimRules rules;
    private final InstantSource clock;
    private final Revocations revocations;
    /**
     * For curves, which take about a millisecond on JDK 17 (measured: ES256 1.2 ms, ES384 2.8 ms, EdDSA 0.8 ms; RS256 50
     * µs, HS256 12 µs): when a thousand clients come back at once, the event loops must go on delivering.
     */
    private final WorkerExecutor workers;
    /** By the hash of the token, so that the heap holds no tokens. Only signatures that cost more than the hash. */
    private final Cache<ByteBuffer, Verified> verified = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(REMEMBERED)
            .executor(Runnable::run)
            .build();

    private TokenVerifier(
            WorkerExecutor workers, KeyRing keys, ClaimRules rules, InstantSource clock, Revocations revocations) {
        this.workers = workers;
        this.keys = keys;
        this.rules = rules;
        this.clock = clock;
        this.revocations = revocations;
    }

    /**
     * Reads the keys and has the key sets fetched; one that cannot be had does not keep the gateway from starting, see
     * {@link #ready}. Fails with {@link UnusableKey}. Not to be called from a verticle: its end would close the clients.
     *
     * @param previous the verifier this one replaces, whose key sets it keeps
     */
    public static Future<TokenVerifier> create(Vertx vertx, AuthConfig config, @Nullable TokenVerifier previous) {
        return create(vertx, config, previous, InstantSource.system());
    }

    static Future<TokenVerifier> create(
            Vertx vertx, AuthConfig config, @Nullable TokenVerifier previous, InstantSource clock) {
        try {
            Map<String, Jwks> sets = new HashMap<>();
            KeyRing keys = KeyRing.read(
                    config,
                    (url, name) ->
                            sets.computeIfAbsent(url, missing -> publishedAt(vertx, url, name, previous, clock)));
            // The name is shared, so a reload does not make a second pool.
            WorkerExecutor workers = vertx.createSharedWorkerExecutor("fanfara-tokens", VerificationKey.LANES);
            TokenVerifier verifier = new TokenVerifier(
                    workers, keys, ClaimRules.of(config), clock, new Revocations(RevocationStore.NONE));
            List<Future<Void>> looks = sets.values().stream().map(Jwks::fresh).toList();
            return onCallersContext(Future.all(looks).map(verifier));
        } catch (UnusableKey unusable) {
            return Future.failedFuture(unusable);
        }
    }

    private static Jwks publishedAt(
            Vertx vertx, String url, String name, @Nullable TokenVerifier previous, InstantSource clock) {
        Optional<Jwks> known = previous == null ? Optional.empty() : previous.keys.publishedAt(url);
        return known.orElseGet(() -> {
            URI address = JwksDocument.address(url, name);
            return new Jwks(url, new JwksDocument(vertx, address)::fetch, clock);
        });
    }

    /** Reads the keys and no more: what {@link #create} would refuse. @throws UnusableKey in one sentence */
    public static void probe(AuthConfig config) {
        KeyRing.read(config, (url, name) -> {
            JwksDocument.address(url, name);
            return new Jwks(url, () -> Future.succeededFuture(List.of()), InstantSource.system());
        });
    }

    /** One that goes by what is revoked in the whole cluster. */
    public TokenVerifier refusing(Revocations revoked) {
        return new TokenVerifier(workers, keys, rules, clock, revoked);
    }

    public Revocations revocations() {
        return revocations;
    }

    /** Whether every published key set has been fetched once; until then their tokens are refused. */
    public boolean ready() {
        return keys.ready();
    }

    /** Fails with {@link TokenRejected}. */
    public Future<Identity> verify(String text) {
        CompactToken token;
        try {
            token = CompactToken.parse(text);
            if (keys.hasNoEntries()) {
                throw new TokenRejected(Reason.NO_KEYS);
            }
            if (!keys.binds(token.algorithm())) {
                throw new TokenRejected(Reason.BAD_ALGORITHM);
            }
        } catch (TokenRejected rejected) {
            return Future.failedFuture(rejected);
        }
        return onCallersContext(
                keys.fresh(token.algorithm()).compose(fresh -> check(token)).map(this::unlessRevoked));
    }

    /** Last of all and each time, though the token may have been remembered. */
    private Identity unlessRevoked(Identity identity) {
        if (revocations.refuse(identity)) {
            throw new TokenRejected(Reason.REVOKED);
        }
        return identity;
    }

    private Future<Identity> check(CompactToken token) {
        // Asked before the keys are tried: a set that lands in between must be tried too.
        boolean known = keys.knows(token);
        return identify(token).compose(identity -> {
            if (identity.isPresent()) {
                return Future.succeededFuture(identity.get());
            }
            return known ? Future.failedFuture(new TokenRejected(Reason.BAD_SIGNATURE)) : search(token);
        });
    }

    /** Nobody at hand has the key; perhaps its issuer has published it since. */
    private Future<Identity> search(CompactToken token) {
        return keys.lookAgain(token.algorithm()).compose(looked -> {
            if (!keys.knows(token)) {
                return Future.failedFuture(new TokenRejected(reasonForNoKey(token)));
            }
            return identify(token).map(found -> found.orElseThrow(() -> new TokenRejected(Reason.BAD_SIGNATURE)));
        });
    }

    private Reason reasonForNoKey(CompactToken token) {
        if (keys.hasNoKeys()) {
            return Reason.NO_KEYS;
        }
        return keys.candidates(token).isEmpty() ? Reason.UNKNOWN_KEY : Reason.BAD_SIGNATURE;
    }

    /** Empty if no key has signed it. */
    private Future<Optional<Identity>> identify(CompactToken token) {
        List<VerificationKey> candidates = keys.candidates(token);
        Instant now = clock.instant();
        Algorithm.Family family = token.algorithm().family();
        if (candidates.isEmpty() || family == Algorithm.Family.HMAC) {
            return Future.succeededFuture(verify(token, candidates, now).map(Verified::identity));
        }
        ByteBuffer hash = ByteBuffer.wrap(Sha256.of(token.text().getBytes(StandardCharsets.US_ASCII)));
        Verified known = verified.getIfPresent(hash);
        if (known != null && keys.holds(known.key)) {
            rules.checkEnd(known.identity.expires(), now);
            return Future.succeededFuture(Optional.of(known.identity));
        }
        return family == Algorithm.Family.RSA
                ? Future.succeededFuture(verifyAndRemember(token, candidates, hash, now))
                : workers.executeBlocking(() -> verifyAndRemember(token, candidates, hash, now), false);
    }

    private Optional<Identity> verifyAndRemember(
            CompactToken token, List<VerificationKey> candidates, ByteBuffer hash, Instant now) {
        Optional<Verified> fresh = verify(token, candidates, now);
        fresh.ifPresent(value -> verified.put(hash, value));
        return fresh.map(Verified::identity);
    }

    private Optional<Verified> verify(CompactToken token, List<VerificationKey> candidates, Instant now) {
        for (VerificationKey key : candidates) {
            switch (key.verify(token)) {
                case GOOD -> {
                    Identity identity = rules.identity(token.claims(), now);
                    return Optional.of(new Verified(identity, key));
                }
                case BAD_CLAIM -> throw new TokenRejected(Reason.BAD_CLAIM);
                case BAD_SIGNATURE -> {
                    // Another key may have signed it.
                }
            }
        }
        return Optional.empty();
    }

    /** A fetch completes on the event loop of whoever asked first; the others must not find themselves there. */
    private static <T> Future<T> onCallersContext(Future<T> future) {
        Context context = Vertx.currentContext();
        if (future.isComplete() || context == null) {
            return future;
        }
        Promise<T> promise = Promise.promise();
        future.onComplete(result -> context.runOnContext(there -> promise.handle(result)));
        return promise.future();
    }
}
