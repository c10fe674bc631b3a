package dev.fanfara.bus;

/**
 * One event loop's share of the statistics. A room that has members on several nodes is counted by one of them, so that
 * the sum over all loops is the number of rooms. Immutable.
 */
public record LoopStats(int connections, int rooms, long messagesReceived, long messagesSent) {
    public static final LoopStats NONE = new LoopStats(0, 0, 0, 0);

    public LoopStats plus(LoopStats more) {
        return new LoopStats(
                connections + more.connections,
                rooms + more.rooms,
                messagesReceived + more.messagesReceived,
                messagesSent + more.messagesSent);
    }
}
