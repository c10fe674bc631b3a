package dev.fanfara.transport.socketio;

import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.RoomName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One packet of a client. Immutable.
 *
 * @param attachments how many binary messages follow that belong to it
 * @param data JSON that was not looked at beyond its first character; empty if there is none. Not to be changed
 */
record Packet(
        Type type,
        int attachments,
        String namespace,
        @Nullable CommandId id,
        byte[] data) {
    /** In the order of their numbers. */
    enum Type {
        CONNECT,
        DISCONNECT,
        EVENT,
        ACK,
        CONNECT_ERROR,
        BINARY_EVENT,
        BINARY_ACK;

        private static final Type[] ALL = values();

        boolean isBinary() {
            return this == BINARY_EVENT || this == BINARY_ACK;
        }
    }

    /** As many as anybody needs, and no more than one packet may make us wait for. */
    static final int MAX_ATTACHMENTS = 10;

    private static final int MAX_NAMESPACE = 128;
    /** Of an id: 2^53 - 1 has 16. */
    private static final int MAX_DIGITS = 16;

    /** Not a packet; the connection cannot be trusted any further. */
    static final class Malformed extends Exception {
        Malformed() {
            super("malformed packet", null, false, false);
        }
    }

    /** {@code <type>[<attachments>-][<namespace>,][<id>][<JSON>]}. */
    static Packet read(byte[] utf8) throws Malformed {
        int at = 0;
        int number = utf8.length == 0 ? -1 : utf8[at++] - '0';
        if (number < 0 || number >= Type.ALL.length) {
            throw new Malformed();
        }
        Type type = Type.ALL[number];
        int attachments = 0;
        if (type.isBinary()) {
            int end = endOfDigits(utf8, at);
            if (end == at || end - at > 2 || end == utf8.length || utf8[end] != '-') {
                throw new Malformed();
            }
            attachments = Integer.parseInt(text(utf8, at, end));
            if (attachments > MAX_ATTACHMENTS) {
                throw new Malformed();
            }
            at = end + 1;
        }
        String namespace = RoomName.MAIN;
        if (at < utf8.length && utf8[at] == '/') {
            int comma = at;
            while (comma < utf8.length && utf8[comma] != ',') {
                comma++;
            }
            if (comma - at > MAX_NAMESPACE) {
                throw new Malformed();
            }
            namespace = withoutQuery(text(utf8, at, comma));
            at = Math.min(comma + 1, utf8.length);
        }
        int end = endOfDigits(utf8, at);
        if (end - at > MAX_DIGITS) {
            throw new Malformed();
        }
        CommandId id = end == at ? null : new CommandId(Long.toString(Long.parseLong(text(utf8, at, end))));
        Packet packet = new Packet(type, attachments, namespace, id, Arrays.copyOfRange(utf8, end, utf8.length));
        if (!packet.isWellFormed()) {
            throw new Malformed();
        }
        return packet;
    }

    /** Clients may hang a query on the namespace they connect to. */
    private static String withoutQuery(String namespace) {
        int query = namespace.indexOf('?');
        return query < 0 ? namespace : namespace.substring(0, query);
    }

    private static int endOfDigits(byte[] utf8, int from) {
        int at = from;
        while (at < utf8.length && utf8[at] >= '0' && utf8[at] <= '9') {
            at++;
        }
        return at;
    }

    private static String text(byte[] utf8, int from, int to) {
        return new String(utf8, from, to - from, StandardCharsets.UTF_8);
    }

    private boolean isWellFormed() {
        return switch (type) {
            case CONNECT -> data.length == 0 || data[0] == '{';
            case DISCONNECT -> data.length == 0;
            case EVENT, BINARY_EVENT -> data.length > 0 && data[0] == '[';
            case ACK, BINARY_ACK -> id != null && data.length > 0 && data[0] == '[';
            case CONNECT_ERROR -> false; // is the server's to say
        };
    }

    @Override
    public String toString() {
        return "Packet[" + type + ", " + data.length + " bytes]";
    }
}
