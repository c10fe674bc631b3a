package dev.fanfara.connection;

import dev.fanfara.config.Rate;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many commands one connection may send: exactly so many per window, the first command opening the first window.
 * Nothing is kept for a connection that never sends. Touched only by the connection's event loop.
 */
final class CommandLimit {
    /** A client that goes on so many windows' worth beyond its limit does not listen; it is a flood. */
    private static final int FLOOD_WINDOWS = 10;

    private @Nullable Bucket bucket;
    private @Nullable Rate rate;
    private long refusedInARow;

    /** @throws Refusal {@code rate-limited} */
    void take(Rate allowed) {
        if (bucket == null || !allowed.equals(rate)) {
            rate = allowed;
            bucket = Bucket.builder()
                    .addLimit(
                            limit -> limit.capacity(allowed.events()).refillIntervally(allowed.events(), allowed.per()))
                    .withSynchronizationStrategy(SynchronizationStrategy.NONE)
                    .build();
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            refusedInARow++;
            throw new Refusal(
                    ErrorCode.RATE_LIMITED, "Rate limit exceeded", Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
        refusedInARow = 0;
    }

    boolean isFlooded() {
        return rate != null && refusedInARow > (long) rate.events() * FLOOD_WINDOWS;
    }
}
