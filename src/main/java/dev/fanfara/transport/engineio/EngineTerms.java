package dev.fanfara.transport.engineio;

import dev.fanfara.config.SocketIoConfig;
import java.time.Duration;

/**
 * What a client is told in its handshake, and what holds for its session until the end. Immutable.
 *
 * @param maxPayload in bytes, of the body of a POST and of a WebSocket's message
 */
public record EngineTerms(Duration pingInterval, Duration pingTimeout, int maxPayload) {
    /** Those that the protocol's own test suite relies on. */
    public static final EngineTerms CONFORMANCE =
            new EngineTerms(Duration.ofMillis(300), Duration.ofMillis(200), 1_000_000);

    public static EngineTerms of(SocketIoConfig config) {
        return new EngineTerms(config.pingInterval(), config.pingTimeout(), config.maxPayload());
    }
}
