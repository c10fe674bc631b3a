package dev.fanfara.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A configuration without mistakes. Immutable.
 *
 * @param hash of all it amounts to, referenced secrets and certificates included: 16 hexadecimal digits
 * @param common the same of what nodes of one cluster should agree on: all but the keys that count only at the start
 * @param warnings what is allowed but should be known
 * @param open all it amounts to as JSON, for anybody to read: without secrets
 * @param atStart values of the keys that count only when the process starts, by JSON pointer; none is secret
 */
public record Loaded(
        GatewayConfig config,
        String hash,
        String common,
        List<String> warnings,
        String open,
        Map<String, Object> atStart) {
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
}
