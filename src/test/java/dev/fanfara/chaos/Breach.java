package dev.fanfara.chaos;

/** A promise that was not kept; the numbers are those of RELIABILITY.md. */
enum Breach {
    /** I1: a hole within an epoch that nobody told of. */
    SILENT_GAP,
    /** I1, at the end: a member that never came as far as its room. */
    LEFT_BEHIND,
    /** I2: one position, two payloads. */
    SAME_POSITION_TWICE,
    /** What was told is not what was said. */
    ALTERED,
    /** I3: offsets that do not rise, or a publisher's order broken. */
    REORDERED,
    /** I4: one publication twice in an epoch. */
    DUPLICATE,
    /** I5: acknowledged, under the epoch that still is, and not there any more. */
    ACKED_THEN_LOST,
    /** I5, but announced: the room has another epoch since. */
    ACKED_THEN_LOST_WITH_NEW_EPOCH,
    /** I5: acknowledged and remembered, yet never told to one who was there. */
    NOT_DELIVERED,
    /** I6: of a room the member did not join. */
    LEAK,
    /** I7: listed, and not there. */
    GHOST,
    /** I7: there, and not listed. */
    UNLISTED,
    /** Nodes, or a node and its members, hold different states. */
    STATE_DIFFERS,
    /** Nodes are at different places in the end. */
    NODES_DISAGREE
}
