package dev.fanfara.bus;

/** Who is in a room on one node: how many connections, and some of their users. Immutable. */
public record Members(int count, Part<UserLine> users) {}
