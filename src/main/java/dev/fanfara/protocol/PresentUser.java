package dev.fanfara.protocol;

/** One user who is in a room, and over how many connections. Immutable. */
public record PresentUser(String user, int connections) {}
