package dev.fanfara.bus;

/** A node of the cluster and how many event loops share its rooms and connections. Immutable. */
public record NodeRef(String id, int loops) {}
