package dev.fanfara.room;

/**
 * A connection of this node in a room: the event loop it lives on and the user shown to others. Immutable.
 *
 * @param unseen it hears all, and nobody learns that it is there
 */
public record Member(int loop, String user, boolean unseen) {
    public Member(int loop, String user) {
        this(loop, user, false);
    }
}
