package dev.fanfara.transport.socketio;

import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Packets to one client, as frames; what rooms say has its way through the gateway's wire formats. */
final class PacketFrame {
    private static final int FINAL_TEXT = 0x81;
    private static final int FINAL_BINARY = 0x82;
    /** The type of an Engine.IO packet that carries a message. */
    private static final char MESSAGE = '4';

    private PacketFrame() {}

    static ByteBuf of(Packet.Type type, String namespace, byte[] json) {
        return of(type, 0, namespace, null, json);
    }

    static ByteBuf of(Packet.Type type, int attachments, String namespace, @Nullable CommandId id, byte[] json) {
        String head = "" + MESSAGE + type.ordinal() + (type.isBinary() ? attachments + "-" : "")
                + (namespace.equals(RoomName.MAIN) ? "" : namespace + ',') + (id == null ? "" : id.json());
        return frame(FINAL_TEXT, head.getBytes(StandardCharsets.UTF_8), json);
    }

    static ByteBuf attachment(byte[] bytes) {
        return frame(FINAL_BINARY, new byte[0], bytes);
    }

    private static ByteBuf frame(int firstByte, byte[] head, byte[] rest) {
        int length = head.length + rest.length;
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(WireFormat.MAX_HEADER + length);
        WireFormat.webSocketHeader(firstByte, length, frame);
        return frame.writeBytes(head).writeBytes(rest);
    }
}
