package dev.fanfara.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One published key set and when to look at it again. It outlives a reload of the configuration. Any thread.
 *
 * <p>The set is believed for ten minutes; whoever needs a key after that waits for a fresh one. If it cannot be had, the
 * known keys stay valid and nobody waits again: the next attempts, at least ten seconds apart, run beside the traffic. A
 * token with an unknown key id may ask for an early look, at most every ten seconds and all such tokens together once, so
 * that random key ids are no way to have the gateway hammer the issuer.
 */
final class Jwks {
    static final Duration LIFETIME = Duration.ofMinutes(10);
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Jwks.class);

    private final String url;
    private final Supplier<Future<List<JsonObject>>> source;
    private final InstantSource clock;

    private volatile List<JsonObject> keys = List.of();
    private volatile @Nullable Instant fetched;
    // Guarded by this.
    private @Nullable Future<Void> flight;
    private @Nullable Instant attempted;
    private boolean failed;

    Jwks(String url, Supplier<Future<List<JsonObject>>> source, InstantSource clock) {
        this.url = url;
        this.source = source;
        this.clock = clock;
    }

    String url() {
        return url;
    }

    /** The keys as they were published last; the same list until another is. */
    List<JsonObject> keys() {
        return keys;
    }

    /** Whether the set has been fetched once. */
    boolean ready() {
        return fetched != null;
    }

    /** Completes, never fails, when the keys are as fresh as they can be. */
    Future<Void> fresh() {
        Instant last = fetched;
        if (last != null && !isPast(last, LIFETIME)) {
            return Future.succeededFuture();
        }
        synchronized (this) {
            boolean wait = !failed || last == null;
            Future<Void> look = lookAgain();
            return wait ? look : Future.succeededFuture();
        }
    }

    /** Completes, never fails, after a fetch, or at once if the last one began less than ten seconds ago. */
    synchronized Future<Void> lookAgain() {
        if (flight != null) {
            return flight;
        }
        if (attempted != null && !isPast(attempted, PAUSE)) {
            return Future.succeededFuture();
        }
        attempted = clock.instant();
        Future<Void> look = Future.succeededFuture()
                .compose(now -> source.get())
                .transform(result -> {
                    land(result.result(), result.cause());
                    return Future.succeededFuture();
                });
        if (!look.isComplete()) {
            flight = look;
        }
        return look;
    }

    private synchronized void land(@Nullable List<JsonObject> published, @Nullable Throwable failure) {
        flight = null;
        failed = published == null;
        if (published == null) {
            log.warn("JWKS {} could not be fetched, known keys stay valid: {}", url, String.valueOf(failure));
            return;
        }
        fetched = clock.instant();
        if (!published.equals(keys)) {
            keys = published;
        }
    }

    /** A clock that was set back counts too: waiting for it to catch up could take years. */
    private boolean isPast(Instant since, Duration span) {
        return Duration.between(since, clock.instant()).abs().compareTo(span) >= 0;
    }
}
