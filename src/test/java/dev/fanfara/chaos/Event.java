package dev.fanfara.chaos;

import org.jspecify.annotations.Nullable;

/** Something a client did or saw; {@code at} in nanoseconds. Immutable. */
sealed interface Event {
    long at();

    /** A publication left for a node. */
    record Said(long at, int message, int node) implements Event {}

    /** {@code epoch} is null in a plain room. */
    record Acked(long at, int message, @Nullable String epoch, long offset, int node) implements Event {}

    record Refused(long at, int message, String code, int node) implements Event {}

    /**
     * @param asked whether the member wanted to know, or was told
     * @param since where it had been, if it said so
     * @param carriesState the whole state came with it
     */
    record Joined(
            long at,
            int member,
            int node,
            @Nullable Position since,
            @Nullable Position position,
            boolean asked,
            boolean recovered,
            boolean carriesState)
            implements Event {}

    /**
     * @param room that the message names, whatever the member joined
     * @param epoch null in a plain room
     * @param previous where the member may have been; one less than the offset but for merged patches
     */
    record Delivered(
            long at,
            int member,
            int room,
            @Nullable String epoch,
            long offset,
            long previous,
            Publication.Seen seen,
            Way way)
            implements Event {}

    /** The connection ended; {@code byItself} if it was the member who wanted that. */
    record Closed(long at, int member, int code, boolean byItself) implements Event {}

    record Position(String epoch, long offset) {}

    /** How a publication reached a member. */
    enum Way {
        LIVE,
        /** With an answer that says {@code recovered}. */
        RECOVERED,
        /** With the news of another epoch. */
        SNAPSHOT
    }
}
