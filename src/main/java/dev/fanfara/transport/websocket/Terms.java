package dev.fanfara.transport.websocket;

import dev.fanfara.config.GatewayConfig;

/**
 * What holds for a WebSocket from its upgrade to its end. Immutable, and shared by all that were opened under the same.
 *
 * @param maxMessage in bytes, also of a message that comes in fragments or deflated
 * @param maxFragments of one message; each costs work of its own, however small it is
 * @param maxPings in ten seconds; a client that pings more does not measure but attack: each costs us a pong it may never read
 * @param deflate what was agreed of what the client sends
 */
record Terms(int maxMessage, int maxFragments, int maxPings, Deflate deflate) {
    private static final int MAX_FRAGMENTS = 1024;
    private static final int MAX_PINGS = 50;
    private static final int MAX_CONFORMANCE_MESSAGE = 16 * 1024 * 1024;

    static Terms of(GatewayConfig config, Deflate deflate) {
        return of(config.connections().maxMessageSize(), deflate);
    }

    static Terms of(int maxMessage, Deflate deflate) {
        return new Terms(maxMessage, MAX_FRAGMENTS, MAX_PINGS, deflate);
    }

    /** For the protocols' own test suites. */
    static Terms forConformance(Deflate deflate) {
        return new Terms(MAX_CONFORMANCE_MESSAGE, Integer.MAX_VALUE, Integer.MAX_VALUE, deflate);
    }
}
