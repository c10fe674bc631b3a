package dev.fanfara.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many nodes are enough to go on without the others, whether there are so many, and whether so many have lately
 * confirmed that they see this one. Any thread.
 *
 * <p>With a majority of all nodes as the minimum, no two parts of a split cluster both go on.
 */
public final class Majority {
    /** Half of the silence after which the others go on without a node. */
    static final Duration LEASE = Duration.ofSeconds(HazelcastSettings.MAX_SILENCE_SECONDS / 2);

    private final int minimum;
    private final int countsFrom;
    private volatile boolean counts;
    private volatile int members;
    private volatile int most;
    private volatile long lostAtNanos = System.nanoTime();
    /** By node, when it was asked what it confirmed last. */
    private final Map<String, Long> confirmed = new ConcurrentHashMap<>();

    /**
     * @param minimum members, this one included
     * @param countsFrom the minimum counts as soon as so many were there; 1 for from the start
     */
    public Majority(int minimum, int countsFrom) {
        this.minimum = minimum;
        this.countsFrom = countsFrom;
    }

    /** Whether so many members, this one included, are enough. */
    public boolean isEnough(int present) {
        if (!counts && present >= countsFrom) {
            counts = true;
        }
        return !counts || present >= minimum;
    }

    /**
     * Whether enough nodes have confirmed within {@link #LEASE} that they see this one as a member. Their answers count from
     * when they were asked, on a clock that nobody sets and that goes on while the process does not: one that was
     * frozen starts without any.
     */
    public boolean isConfirmed() {
        if (!needsOthers() || !counts) {
            return true;
        }
        long since = System.nanoTime() - LEASE.toNanos();
        int nodes = 1;
        for (long asked : confirmed.values()) {
            if (asked - since > 0) {
                nodes++;
            }
        }
        return nodes >= minimum;
    }

    /** Whether a confirmation is worth asking for. */
    boolean needsOthers() {
        return minimum > 1;
    }

    void confirmedBy(String node, long askedNanos) {
        confirmed.put(node, askedNanos);
    }

    /** Called by the cluster's event loop. */
    void nowThereAre(Set<String> present) {
        boolean held = isHeld();
        members = present.size();
        most = Math.max(most, members);
        confirmed.keySet().retainAll(present);
        if (held && !isHeld()) {
            lostAtNanos = System.nanoTime();
        }
    }

    /** Whether the minimum is a majority of all nodes, as far as they were ever seen together. */
    public boolean isOfAll() {
        return 2 * minimum > most;
    }

    public boolean isHeld() {
        return isEnough(members);
    }

    public boolean isLostFor(Duration atLeast) {
        return !isHeld() && System.nanoTime() - lostAtNanos >= atLeast.toNanos();
    }

    @Override
    public String toString() {
        return members + " of the " + minimum + " nodes it needs";
    }
}
