package dev.fanfara.transport.engineio;

/** The first byte of a packet, Engine.IO protocol 4. A packet on a WebSocket is a text message, but for binary messages. */
final class PacketType {
    static final byte OPEN = '0';
    static final byte CLOSE = '1';
    static final byte PING = '2';
    static final byte PONG = '3';
    static final byte MESSAGE = '4';
    static final byte UPGRADE = '5';
    static final byte NOOP = '6';
    /** In a payload only, before base64: a binary message. */
    static final byte BINARY = 'b';

    private PacketType() {}
}
