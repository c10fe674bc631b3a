package dev.fanfara.room;

import dev.fanfara.protocol.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A publication at its place in a room's history. Immutable.
 *
 * @param offset from 1, without a hole within an epoch
 * @param timestamp when the room took it, milliseconds since 1970
 * @param payload in a state room a merge patch
 * @param chain stands for this publication and all before it: equal offsets with unequal chains are two histories
 * @param gone in a state room what the patch took away without naming it, as another patch; not to be changed
 */
public record Entry(
        long offset,
        long timestamp,
        @Nullable String user,
        Payload payload,
        long chain,
        @Nullable Tree gone) {
    /** Objects, references and a short user name. */
    private static final int OVERHEAD = 112;

    /** A tree of short names takes so many times the room of its JSON. */
    private static final int TREE_FACTOR = 8;

    Entry without(@Nullable Tree lost) {
        return new Entry(offset, timestamp, user, payload, chain, lost);
    }

    /** About what it costs in memory. */
    public int bytes() {
        int text = payload.json().length + (user == null ? 0 : user.length());
        return OVERHEAD + text + (gone == null ? 0 : TREE_FACTOR * gone.bytes());
    }
}
