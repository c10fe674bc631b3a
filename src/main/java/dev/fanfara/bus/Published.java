package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * The room took it; {@code duplicate}: it had taken the same key before and delivered nothing now. {@code position} is
 * absent in rooms without positions. Immutable.
 */
public record Published(boolean duplicate, @Nullable Position position) {}
