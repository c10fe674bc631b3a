package dev.fanfara.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which node an address names, and which addresses the event bus has cached for each node. Any thread.
 *
 * <p>An address {@code fanfara.<kind>.<node>} or {@code fanfara.<kind>.<node>.<n>} leads to one node for ever, so a cached
 * answer is wrong only once that node is gone. The table holds present nodes only: it cannot grow by those that come and
 * go.
 */
final class Routes {
    private static final String PREFIX = "fanfara.";

    private final Map<String, Set<String>> addressesByNode = new HashMap<>();

    /** The node that an address names; {@code null} if it is not one of ours. */
    static @Nullable String node(String address) {
        if (!address.startsWith(PREFIX)) {
            return null;
        }
        int kindEnd = address.indexOf('.', PREFIX.length());
        if (kindEnd < 0) {
            return null;
        }
        int nodeEnd = address.indexOf('.', kindEnd + 1);
        return nodeEnd < 0 ? address.substring(kindEnd + 1) : address.substring(kindEnd + 1, nodeEnd);
    }

    /**
     * Whether the named node is present; if so, the caller will cache that. The check is made under the lock that
     * {@link #forgetAbsent} takes, or an answer given just before a node goes would never be taken back.
     */
    synchronized boolean ask(String address, String node, Predicate<String> present) {
        if (!present.test(node)) {
            return false;
        }
        addressesByNode.computeIfAbsent(node, first -> new HashSet<>()).add(address);
        return true;
    }

    /** Drops the nodes that are not present any more; returns the addresses that lead nowhere now. */
    synchronized Set<String> forgetAbsent(Predicate<String> present) {
        Set<String> dead = new HashSet<>();
        for (String node : List.copyOf(addressesByNode.keySet())) {
            if (!present.test(node)) {
                dead.addAll(addressesByNode.remove(node));
            }
        }
        return dead;
    }

    synchronized int size() {
        return addressesByNode.values().stream().mapToInt(Set::size).sum();
    }
}
