package dev.fanfara.room;

/**
 * What became of a proposal. Immutable.
 *
 * @param offset where it is (TAKEN), or was before (DUPLICATE); for RATE_LIMITED the milliseconds after which it may be
 *     tried again; else 0
 * @param chain of a TAKEN one
 */
public record Outcome(Kind kind, long offset, long chain) {
    /** In the order of their numbers on the wire. */
    public enum Kind {
        TAKEN,
        DUPLICATE,
        /** Its key was used for another payload. */
        CONFLICT,
        /** Too many keys. */
        RATE_LIMITED,
        /** The state would be larger than it may be. */
        TOO_LARGE,
        /** A later batch of the same source came first. */
        OUTDATED,
        /** The room keeps a state, and the payload is no merge patch. */
        NO_PATCH
    }

    static Outcome refused(Kind kind) {
        return new Outcome(kind, 0, 0);
    }
}
