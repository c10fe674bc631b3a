package dev.fanfara.bus;

/**
 * Where a publication stands in its room: the room's epoch, the offset within it, and a value that stands for it and
 * all before it. Immutable.
 */
public record Place(long epoch, long offset, long chain) {}
