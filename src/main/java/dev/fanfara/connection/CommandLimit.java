package dev.fanfara.connection;

import dev.fanfara.config.Rate;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import java.time.Duration;

/**
 * How many commands one connection may send: exactly so many per window, which the first command after the last window
 * opens. Two numbers and no library: each connection has two of these, and a bucket is 300 bytes. Touched only by the
 * connection's event loop.
 */
final class CommandLimit {
    /** A client that goes on so many windows' worth beyond its limit does not listen; it is a flood. */
    private static final long FLOOD_WINDOWS = 10;

    private long windowBegan;
    private int taken;
    private int refusedInARow;

    /**
     * @param now {@link System#nanoTime}
     * @throws Refusal {@code rate-limited}
     */
    void take(Rate allowed, long now) {
        long window = allowed.per().toNanos();
        if (taken == 0 || now - windowBegan >= window) {
            windowBegan = now;
            taken = 0;
        }
        if (taken >= allowed.events()) {
            refusedInARow++;
            throw new Refusal(
                    ErrorCode.RATE_LIMITED, "Rate limit exceeded", Duration.ofNanos(windowBegan + window - now));
        }
        taken++;
        refusedInARow = 0;
    }

    boolean isFlooded(Rate allowed) {
        return refusedInARow > allowed.events() * FLOOD_WINDOWS;
    }
}
