package dev.fanfara.bus;

import java.util.List;
import java.util.Set;

/** The answers of all loops of all nodes, and the nodes of which at least one answer is missing. Immutable. */
public record Gathered<A>(List<A> answers, Set<String> missing) {
    public boolean complete() {
        return missing.isEmpty();
    }
}
