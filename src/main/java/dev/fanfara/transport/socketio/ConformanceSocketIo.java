package dev.fanfara.transport.socketio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.PayloadReader;
import dev.fanfara.transport.engineio.EngineApplication;
import dev.fanfara.transport.engineio.EngineSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the public test suite of Socket.IO expects of a server, in place of rooms: namespaces {@code /} and {@code
 * /custom}, and events that come back with their arguments.
 */
public final class ConformanceSocketIo implements EngineApplication {
    private static final Set<String> NAMESPACES = Set.of("/", "/custom");
    private static final long CONNECT_TIMEOUT_MS = 1_000;
    /** The suite awaits one message after the other, and its client misses the second of two that come in one read. */
    private static final long AUTH_DELAY_MS = 5;

    private final Vertx vertx;

    public ConformanceSocketIo(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Listener opened(EngineSession session) {
        Echo echo = new Echo(session);
        vertx.setTimer(CONNECT_TIMEOUT_MS, late -> echo.requireNamespace());
        return echo;
    }

    private final class Echo implements Listener {
        private final EngineSession session;
        private final Set<String> connected = new HashSet<>();
        private final List<byte[]> attachments = new ArrayList<>();
        private @Nullable Packet incomplete;
        private boolean wasConnected;
        private boolean closed;

        Echo(EngineSession session) {
            this.session = session;
        }

        void requireNamespace() {
            if (!wasConnected && !closed) {
                session.close(CloseReason.PROTOCOL_ERROR);
            }
        }

        @Override
        public void onText(ByteBuf utf8) {
            try {
                Packet packet = Packet.read(ByteBufUtil.getBytes(utf8));
                if (incomplete != null) {
                    throw new Packet.Malformed();
                }
                if (packet.attachments() > 0) {
                    incomplete = packet;
                } else {
                    onPacket(packet);
                }
            } catch (Packet.Malformed | IOException malformed) {
                session.close(CloseReason.PROTOCOL_ERROR);
            }
            session.flush();
        }

        @Override
        public void onBinary(ByteBuf bytes) {
            attachments.add(ByteBufUtil.getBytes(bytes));
            try {
                if (incomplete == null) {
                    throw new Packet.Malformed();
                }
                if (attachments.size() == incomplete.attachments()) {
                    onPacket(incomplete);
                    incomplete = null;
                    attachments.clear();
                }
            } catch (Packet.Malformed | IOException malformed) {
                session.close(CloseReason.PROTOCOL_ERROR);
            }
            session.flush();
        }

        private void onPacket(Packet packet) throws Packet.Malformed, IOException {
            String namespace = packet.namespace();
            if (packet.type() == Packet.Type.CONNECT) {
                connect(namespace, packet.data());
            } else if (!connected.contains(namespace)) {
                throw new Packet.Malformed();
            } else if (packet.type() == Packet.Type.DISCONNECT) {
                connected.remove(namespace);
            } else if (packet.type() == Packet.Type.EVENT || packet.type() == Packet.Type.BINARY_EVENT) {
                onEvent(packet);
            }
        }

        private void connect(String namespace, byte[] auth) {
            if (!NAMESPACES.contains(namespace)) {
                byte[] error = new JsonWriter(64)
                        .beginObject()
                        .member("message", "Invalid namespace")
                        .endObject()
                        .toBytes();
                session.write(PacketFrame.of(Packet.Type.CONNECT_ERROR, namespace, error));
                return;
            }
            wasConnected = true;
            connected.add(namespace);
            byte[] sid = new JsonWriter(64)
                    .beginObject()
                    .member("sid", ConnectionId.random().value())
                    .endObject()
                    .toBytes();
            session.write(PacketFrame.of(Packet.Type.CONNECT, namespace, sid));
            byte[] payload = auth.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : auth;
            session.flush();
            vertx.setTimer(AUTH_DELAY_MS, later -> {
                if (!closed) {
                    session.write(PacketFrame.of(Packet.Type.EVENT, namespace, array("auth", payload)));
                    session.flush();
                }
            });
        }

        private void onEvent(Packet packet) throws IOException {
            List<byte[]> args = new ArrayList<>();
            String name = read(packet.data(), args);
            boolean binary = packet.type() == Packet.Type.BINARY_EVENT;
            if (name.equals("message")) {
                answer(
                        binary ? Packet.Type.BINARY_EVENT : Packet.Type.EVENT,
                        packet,
                        false,
                        array("message-back", args));
            } else if (name.equals("message-with-ack") && packet.id() != null) {
                answer(binary ? Packet.Type.BINARY_ACK : Packet.Type.ACK, packet, true, array(null, args));
            }
        }

        private void answer(Packet.Type type, Packet packet, boolean isAck, byte[] json) {
            session.write(
                    PacketFrame.of(type, packet.attachments(), packet.namespace(), isAck ? packet.id() : null, json));
            attachments.forEach(each -> session.write(PacketFrame.attachment(each)));
        }

        private static String read(byte[] json, List<byte[]> args) throws IOException {
            try (JsonParser parser = PayloadReader.open(json)) {
                parser.nextToken();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw new IOException("not the name of an event");
                }
                String name = parser.getText();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    args.add(PayloadReader.copy(parser));
                }
                return name;
            }
        }

        private static byte[] array(String name, byte[] argument) {
            return array(name, List.of(argument));
        }

        private static byte[] array(@Nullable String name, List<byte[]> args) {
            JsonWriter json = new JsonWriter(256).beginArray();
            if (name != null) {
                json.element(('"' + name + '"').getBytes(StandardCharsets.US_ASCII));
            }
            args.forEach(json::element);
            return json.endArray().toBytes();
        }

        @Override
        public void onClosed(int code) {
            closed = true;
        }
    }
}
