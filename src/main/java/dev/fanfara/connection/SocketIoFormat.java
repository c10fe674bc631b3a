package dev.fanfara.connection;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.EventJson;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Packets of Socket.IO protocol 5 in messages of Engine.IO 4 in text frames of a WebSocket. What answers a command that
 * asked for an ack is that ack, {@code welcome} is the answer to CONNECT, anything else an event. Whoever polls gets the
 * same bytes without the frame around them. For clients that may be recovered, what a room says has its place as one more
 * argument, which an unmodified client remembers.
 */
final class SocketIoFormat extends WireFormat {
    private static final int SLOT = 3;
    private static final ConcurrentMap<String, SocketIoFormat> BY_NAMESPACE = new ConcurrentHashMap<>();
    private static final ConcurrentMap<String, SocketIoFormat> RECOVERABLE_BY_NAMESPACE = new ConcurrentHashMap<>();

    /** A message of Engine.IO, and in it the type of the packet. */
    private static final String CONNECT = "40";

    private static final String EVENT = "42";
    private static final String ACK = "43";

    /** What stands between a packet's type and its data, or the id of the ack. */
    private final String namespace;

    private final byte[] event;

    private SocketIoFormat(String namespace, int slot) {
        super(slot, "socketio", "]");
        this.namespace = namespace.equals(RoomName.MAIN) ? "" : namespace + ',';
        event = ascii(EVENT + this.namespace);
    }

    /** As many as there are namespaces in the configuration. */
    static WireFormat of(String namespace) {
        return BY_NAMESPACE.computeIfAbsent(namespace, name -> new SocketIoFormat(name, SLOT));
    }

    static WireFormat recoverable(String namespace) {
        return RECOVERABLE_BY_NAMESPACE.computeIfAbsent(namespace, name -> new SocketIoFormat(name, RECOVERABLE));
    }

    private boolean isRecoverable() {
        return slot() == RECOVERABLE;
    }

    @Override
    boolean watchesClients() {
        return true;
    }

    @Override
    boolean hearsItself() {
        return true;
    }

    /** Nobody waits for an ack without an id, and users of Socket.IO know when their token ends. */
    @Override
    boolean tells(ServerMessage message) {
        return !(message instanceof ServerMessage.Ack && message.id() == null)
                && !(message instanceof ServerMessage.Authenticated)
                && !(message instanceof ServerMessage.Welcome && isRecoverable());
    }

    @Override
    void append(SharedMessage message, CompressionConfig compression, ByteBuf to) {
        ServerMessage said = message.message();
        CommandId id = said.id();
        if (said instanceof ServerMessage.Welcome welcome) {
            append(
                    ascii(CONNECT + namespace),
                    ascii("{\"sid\":\"" + welcome.connection().value() + "\"}"),
                    to);
        } else if (id != null) {
            append(ack(id), EventJson.ack(said), to);
        } else {
            append(event, message.event(), to);
        }
    }

    @Override
    void append(SharedMessage message, @Nullable Position at, CompressionConfig compression, ByteBuf to) {
        if (at == null || !isRecoverable()) {
            append(message, compression, to);
            return;
        }
        byte[] json = message.event();
        byte[] place = ascii(",\"" + at.word() + "\"]");
        int length = json.length - 1;
        webSocketHeader(FINAL_TEXT, event.length + length + place.length, to);
        to.writeBytes(event).writeBytes(json, 0, length).writeBytes(place);
    }

    private static void append(byte[] beginning, byte[] json, ByteBuf to) {
        webSocketHeader(FINAL_TEXT, beginning.length + json.length, to);
        to.writeBytes(beginning).writeBytes(json);
    }

    private byte[] ack(CommandId id) {
        return ascii(ACK + namespace + id.json());
    }

    @Override
    byte[] beginning(ServerMessage message) {
        return (message.id() == null ? EventJson.openEvent(message) : EventJson.openAck(message)).toBytes();
    }

    @Override
    byte[] append(
            ServerMessage message, byte[] beginning, SharedEnding ending, CompressionConfig compression, ByteBuf to) {
        CommandId id = message.id();
        byte[] packet = id == null ? event : ack(id);
        byte[] rest = ending.json();
        webSocketHeader(FINAL_TEXT, packet.length + beginning.length + rest.length + trailer().length, to);
        to.writeBytes(packet).writeBytes(beginning);
        return rest;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
