package dev.fanfara.connection;

/** What went over one connection: messages of the protocol, and their bytes as they are framed. Event loop only. */
final class Traffic {
    private long bytesIn;
    private long bytesOut;
    private int messagesIn;
    private int messagesOut;

    void received(int bytes) {
        messagesIn++;
        bytesIn += bytes;
    }

    void sent(int messages, int bytes) {
        messagesOut += messages;
        bytesOut += bytes;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    /** Unsigned: a year of a hundred a second. */
    long messagesIn() {
        return Integer.toUnsignedLong(messagesIn);
    }

    long messagesOut() {
        return Integer.toUnsignedLong(messagesOut);
    }
}
