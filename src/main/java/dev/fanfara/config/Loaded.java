package dev.fanfara.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A configuration without mistakes. Immutable.
 *
 * @param hash of all it amounts to but where the node listens, referenced secrets and certificates included: 16
 *     hexadecimal digits
 * @param warnings what is allowed but should be known
 * @param atStart values of the keys that count only when the process starts, by JSON pointer; none is secret
 * @param effective what it amounts to, key by key
 */
public record Loaded(
        GatewayConfig config, String hash, List<String> warnings, Map<String, Object> atStart, Effective effective) {
    public Loaded {
        warnings = List.copyOf(warnings);
        atStart = Map.copyOf(atStart);
    }

    /** Pointers of keys that differ from those the process started with and so wait for a restart; sorted. */
    public List<String> needsRestart(Loaded started) {
        List<String> changed = new ArrayList<>();
        atStart.forEach((pointer, value) -> {
            if (!value.equals(started.atStart().get(pointer))) {
                changed.add(pointer);
            }
        });
        changed.sort(null);
        return List.copyOf(changed);
    }

    boolean meansTheSameAs(Loaded other) {
        return hash.equals(other.hash) && atStart.equals(other.atStart);
    }

    /** What is not as in {@code before}, by pointer. */
    public List<Change> changesFrom(Loaded before) {
        return effective.since(before.effective).stream()
                .map(difference -> new Change(
                        difference.pointer(),
                        difference.before(),
                        difference.after(),
                        isAtStart(difference.pointer()) || before.isAtStart(difference.pointer())))
                .toList();
    }

    /** Of an element of a list, whether the list is. */
    private boolean isAtStart(String pointer) {
        return atStart.containsKey(pointer) || atStart.containsKey(pointer.replaceFirst("/\\d+$", ""));
    }
}
