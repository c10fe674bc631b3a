package dev.fanfara.room;

import dev.fanfara.protocol.Payload;
import org.jspecify.annotations.Nullable;

/** A wish to publish; {@code key} makes a repetition known. In a state room the payload is a merge patch. Immutable. */
public record Proposal(
        @Nullable String user, Payload payload, @Nullable String key) {}
