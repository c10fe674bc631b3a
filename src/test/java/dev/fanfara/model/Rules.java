package dev.fanfara.model;

/**
 * What the judge may take for granted of a story. Immutable.
 *
 * @param historySize publications every room remembers
 * @param fair no node died or stood still: epochs do not end, nothing is refused
 */
record Rules(int historySize, boolean fair) {
    static final Rules FAIR = new Rules(8, true);
    static final Rules STORM = new Rules(8, false);

    static boolean keepsState(String room) {
        return room.startsWith("state:");
    }
}
