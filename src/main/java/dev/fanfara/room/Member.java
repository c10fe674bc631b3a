package dev.fanfara.room;

/** A connection of this node in a room: the event loop it lives on and the user shown to others. Immutable. */
public record Member(int loop, String user) {}
