package dev.fanfara.bus;

import org.jspecify.annotations.Nullable;

/** What a node had of a session that it was asked for; null if nothing. Immutable. */
public record HandedOver(@Nullable String session) {
    @Override
    public String toString() {
        return session == null ? "HandedOver[nothing]" : "HandedOver[a session]";
    }
}
