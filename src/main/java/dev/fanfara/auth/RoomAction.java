package dev.fanfara.auth;

import java.util.Locale;

/** What a client can want of a room; each has its list of patterns in the {@code rooms} claim. */
public enum RoomAction {
    JOIN,
    PUBLISH,
    PRESENCE,
    HISTORY;

    /** The member of the {@code rooms} claim that grants it. */
    public String claim() {
        return name().toLowerCase(Locale.ROOT);
    }
}
