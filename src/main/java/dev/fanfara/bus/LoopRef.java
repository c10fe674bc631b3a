package dev.fanfara.bus;

/** An event loop of a node. Immutable. */
public record LoopRef(String node, int loop) {}
