package dev.fanfara.bus;

import dev.fanfara.protocol.Position;

/** {@code state} is the JSON of the whole object at {@code position}. Immutable, by convention not to touch the array. */
public record StateAnswer(Position position, byte[] state) {}
