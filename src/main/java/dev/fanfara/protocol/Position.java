package dev.fanfara.protocol;

/** A place in a room's history: which life of that history, and the number within it. Immutable. */
public record Position(String epoch, long offset) {
    public static final int MAX_EPOCH_LENGTH = 32;

    /** As one word, which names the room too: no two rooms have the same epoch. */
    public String word() {
        return epoch + '.' + offset;
    }
}
