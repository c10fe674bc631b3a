package dev.fanfara.transport.socketio;

import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.transport.engineio.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Packets to one client, as frames; what rooms say has its way through the gateway's wire formats. */
final class PacketFrame {
    private PacketFrame() {}

    static ByteBuf of(Packet.Type type, String namespace, byte[] json) {
        return of(type, 0, namespace, null, json);
    }

    static ByteBuf of(Packet.Type type, int attachments, String namespace, @Nullable CommandId id, byte[] json) {
        String head = type.ordinal()
                + (type.isBinary() ? attachments + "-" : "")
                + (namespace.equals(RoomName.MAIN) ? "" : namespace + ',')
                + (id == null ? "" : id.json());
        return Frames.text(Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.UTF_8), json));
    }

    static ByteBuf attachment(byte[] bytes) {
        return Frames.binary(Unpooled.wrappedBuffer(bytes));
    }
}
