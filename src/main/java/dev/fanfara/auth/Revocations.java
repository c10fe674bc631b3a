package dev.fanfara.auth;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are refused before their time. Every node knows all of them, so that no token waits for a question to
 * another node; one that was away learns what it missed by {@link #refresh}, and brings what the others may have lost:
 * revocations never change, so whatever nodes know of them adds up. Any thread.
 */
public final class Revocations {
    static final int MAX = 10_000;

    private final RevocationStore store;
    private final InstantSource clock;
    /** By kind and name; none of a list is covered by another. */
    private final Map<String, List<Revocation>> known = new ConcurrentHashMap<>();

    public Revocations(RevocationStore store) {
        this(store, InstantSource.system());
    }

    Revocations(RevocationStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    public boolean refuse(Identity identity) {
        return !known.isEmpty()
                && identity.kind() == Identity.Kind.TOKEN
                && (isAmong(Revocation.Kind.USER, identity.user(), identity)
                        || isAmong(Revocation.Kind.TOKEN, identity.tokenId(), identity));
    }

    private boolean isAmong(Revocation.Kind kind, @Nullable String name, Identity identity) {
        List<Revocation> those = name == null ? null : known.get(key(kind, name));
        if (those == null) {
            return false;
        }
        Instant now = clock.instant();
        return those.stream().anyMatch(revocation -> revocation.refuses(identity, now));
    }

    /**
     * In force here and kept for the other nodes, which are still to be told. Fails with a {@link Refusal}: {@code limit}
     * if there are too many, {@code unavailable}.
     */
    public Future<Void> keep(Revocation revocation) {
        String key = key(revocation.kind(), revocation.name());
        if (known.size() >= MAX) {
            forgetPast();
        }
        if (known.size() >= MAX && !known.containsKey(key)) {
            return Future.failedFuture(
                    new Refusal(ErrorCode.LIMIT, "There are at most " + MAX + " revocations at a time"));
        }
        return store.keep(revocation).onSuccess(kept -> add(revocation));
    }

    /** Whether it was news. */
    public boolean add(Revocation revocation) {
        boolean[] isNew = {false};
        known.compute(key(revocation.kind(), revocation.name()), (key, before) -> {
            List<Revocation> others = before == null ? List.of() : before;
            isNew[0] = others.stream().noneMatch(other -> other.covers(revocation));
            return isNew[0] ? plus(others, revocation) : others;
        });
        return isNew[0];
    }

    private static List<Revocation> plus(List<Revocation> others, Revocation revocation) {
        List<Revocation> all = new ArrayList<>(others);
        all.removeIf(revocation::covers);
        all.add(revocation);
        return List.copyOf(all);
    }

    /** Learns what other nodes have kept, and keeps what is missing there; tells whether there was news. */
    public Future<Boolean> refresh() {
        return store.all().map(this::compare);
    }

    private boolean compare(Collection<Revocation> kept) {
        forgetPast();
        Instant now = clock.instant();
        boolean news = false;
        for (Revocation revocation : kept) {
            news |= !revocation.isOver(now) && add(revocation);
        }
        Set<Revocation> there = new HashSet<>(kept);
        for (List<Revocation> those : known.values()) {
            those.stream().filter(each -> !there.contains(each)).forEach(store::keep);
        }
        return news;
    }

    private void forgetPast() {
        Instant now = clock.instant();
        for (String key : known.keySet()) {
            known.computeIfPresent(key, (same, those) -> {
                List<Revocation> left =
                        those.stream().filter(each -> !each.isOver(now)).toList();
                return left.isEmpty() ? nothing() : left;
            });
        }
    }

    /** Removes the entry. */
    @SuppressWarnings("NullAway") // the contract of Map.computeIfPresent
    private static List<Revocation> nothing() {
        return null;
    }

    private static String key(Revocation.Kind kind, String name) {
        return kind.name() + ' ' + name;
    }
}
