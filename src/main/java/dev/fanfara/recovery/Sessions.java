package dev.fanfara.recovery;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.HandedOver;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the session of a client that comes back, which may be kept, or about to be, or still be alive: a client often
 * knows sooner than its node that it was cut off. Any thread.
 */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** Its client waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** More than so many that are on their way are not kept: a cluster in trouble must not fill the memory. */
    private static final int MAX_UNDER_WAY = 10_000;

    private final Nodes nodes;
    private final SessionStore store;
    private final Map<String, Owner> alive = new ConcurrentHashMap<>();
    private final Map<String, Future<Void>> underWay = new ConcurrentHashMap<>();

    /** Has a client's connection. Any thread. */
    @FunctionalInterface
    public interface Owner {
        /** Ends it. Empty if it has ended by itself, or cannot be recovered. */
        Future<Optional<SavedSession>> handOver();
    }

    public Sessions(Nodes nodes, SessionStore store) {
        this.nodes = nodes;
        this.store = store;
    }

    /** Answers for this node, by the first of its event loops. */
    public Future<Void> serve(Vertx vertx) {
        return Addresses.HAND_OVER.serve(vertx, nodes.self().id(), 0, this::handOver);
    }

    public void began(String key, Owner owner) {
        alive.put(key, owner);
    }

    public void ended(String key, Owner owner) {
        alive.remove(key, owner);
    }

    public void keep(String key, SavedSession session, Duration life) {
        String encoded = session.encode();
        if (life.isZero() || encoded.length() > SavedSession.MAX_LENGTH || underWay.size() >= MAX_UNDER_WAY) {
            return;
        }
        Future<Void> kept = store.keep(key, encoded, life);
        if (!kept.isComplete()) {
            underWay.put(key, kept);
        }
        kept.onComplete(done -> {
            underWay.remove(key, kept);
            if (done.failed()) {
                LOG.debug("a session could not be kept", done.cause());
            }
        });
    }

    /** Completes when what was to be kept is, whatever came of it. */
    public Future<?> settled() {
        return Future.join(new ArrayList<>(underWay.values()));
    }

    /** Only one who asks gets it. Never fails. */
    public Future<Optional<SavedSession>> take(Vertx vertx, String key) {
        return taken(key)
                .compose(found -> found.isPresent() ? Future.succeededFuture(found) : handedOver(vertx, key))
                // It may have ended while its node was asked.
                .compose(found -> found.isPresent() ? Future.succeededFuture(found) : taken(key))
                .map(found -> found.map(SavedSession::decode))
                .otherwise(fromAnotherRelease -> Optional.empty());
    }

    private Future<Optional<String>> taken(String key) {
        return store.take(key)
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .otherwise(unreachable -> Optional.empty());
    }

    private Future<Optional<String>> handedOver(Vertx vertx, String key) {
        Promise<Optional<String>> first = Promise.promise();
        List<Future<HandedOver>> asked = new ArrayList<>();
        List<NodeRef> everyone = new ArrayList<>(nodes.peers());
        everyone.add(nodes.self());
        for (NodeRef node : everyone) {
            asked.add(Addresses.HAND_OVER.ask(vertx, node.id(), 0, key).onSuccess(answer -> {
                if (answer.session() != null) {
                    first.tryComplete(Optional.of(answer.session()));
                }
            }));
        }
        Future.join(asked).onComplete(all -> first.tryComplete(Optional.empty()));
        return first.future();
    }

    private Future<HandedOver> handOver(String key) {
        Owner owner = alive.get(key);
        Future<Optional<SavedSession>> handed =
                owner == null ? Future.succeededFuture(Optional.empty()) : owner.handOver();
        return handed.compose(session ->
                        session.isPresent() ? Future.succeededFuture(session.map(SavedSession::encode)) : underWay(key))
                .map(session -> new HandedOver(session.orElse(null)));
    }

    private Future<Optional<String>> underWay(String key) {
        Future<Void> keeping = underWay.get(key);
        return keeping == null ? Future.succeededFuture(Optional.empty()) : keeping.transform(kept -> taken(key));
    }
}
