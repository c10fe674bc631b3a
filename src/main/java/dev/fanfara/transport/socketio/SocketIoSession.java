package dev.fanfara.transport.socketio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fanfara.admission.ClientAddress;
import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Command;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.PayloadReader;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.engineio.EngineApplication;
import dev.fanfara.transport.engineio.EngineSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client, which may connect to several namespaces: it is a connection of the gateway in each. Event loop of the
 * session only.
 */
final class SocketIoSession implements EngineApplication.Listener {
    /** To namespaces, in one window. */
    private static final int MAX_CONNECTS = 20;

    private static final long CONNECTS_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final SocketIo loop;
    private final EngineSession session;
    private final Map<String, SocketIoMember> members = new HashMap<>(2);

    /** It connects to this namespace, and who it is is being asked. */
    private @Nullable String connecting;

    private @Nullable Runnable whenConnected;
    private int connects;
    private long connectsSince = System.nanoTime();
    private boolean wasConnected;
    private boolean closed;
    /** Of which not all attachments have come. */
    private @Nullable Packet incomplete;

    private int attachmentsDue;
    private long attachmentBytes;

    SocketIoSession(SocketIo loop, EngineSession session) {
        this.loop = loop;
        this.session = session;
    }

    void whenConnected(Runnable once) {
        whenConnected = once;
    }

    /** It has had its time. */
    void requireNamespace() {
        if (!wasConnected) {
            session.close(CloseReason.PROTOCOL_ERROR);
        }
    }

    @Override
    public void onText(ByteBuf utf8) {
        try {
            if (incomplete != null) {
                throw new Packet.Malformed(); // its attachments were to come first
            }
            Packet packet = Packet.read(ByteBufUtil.getBytes(utf8));
            if (packet.attachments() > 0) {
                incomplete = packet;
                attachmentsDue = packet.attachments();
                attachmentBytes = 0;
            } else {
                onPacket(packet);
            }
        } catch (Packet.Malformed malformed) {
            session.close(CloseReason.PROTOCOL_ERROR);
        }
    }

    @Override
    public void onBinary(ByteBuf bytes) {
        Packet packet = incomplete;
        attachmentBytes += bytes.readableBytes();
        if (packet == null || attachmentBytes > loop.maxMessageSize()) {
            session.close(packet == null ? CloseReason.PROTOCOL_ERROR : CloseReason.TOO_BIG);
        } else if (--attachmentsDue == 0) {
            incomplete = null;
            try {
                onPacket(packet);
            } catch (Packet.Malformed malformed) {
                session.close(CloseReason.PROTOCOL_ERROR);
            }
        }
    }

    private void onPacket(Packet packet) throws Packet.Malformed {
        if (packet.type() == Packet.Type.CONNECT) {
            connect(packet);
            return;
        }
        SocketIoMember member = members.get(packet.namespace());
        if (member == null) {
            throw new Packet.Malformed(); // nobody is connected there
        }
        switch (packet.type()) {
            case EVENT -> onEvent(member, packet);
            case BINARY_EVENT ->
                member.connection().onCommand(packet.id(), packet.data().length, () -> {
                    throw new Refusal(ErrorCode.BAD_REQUEST, "Rooms carry JSON: binary data is not passed on");
                });
            case DISCONNECT -> {
                members.remove(packet.namespace());
                member.connection().onClosed(CloseReason.NORMAL.code());
            }
            default -> throw new Packet.Malformed(); // an ack, though we ask for none
        }
    }

    private void onEvent(SocketIoMember member, Packet packet) throws Packet.Malformed {
        boolean[] malformed = new boolean[1];
        member.connection().onCommand(packet.id(), packet.data().length, () -> {
            try {
                return read(packet);
            } catch (IOException notAnEvent) {
                malformed[0] = true;
                throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
            }
        });
        if (malformed[0]) {
            throw new Packet.Malformed();
        }
    }

    private static Command read(Packet packet) throws IOException {
        return EventReader.read(packet.namespace(), packet.id(), packet.data());
    }

    private void connect(Packet packet) throws Packet.Malformed {
        String namespace = packet.namespace();
        if (members.containsKey(namespace) || connecting != null) {
            throw new Packet.Malformed();
        }
        if (connectsTooOften()) {
            session.close(CloseReason.FLOOD);
            return;
        }
        String token = token(packet.data());
        if (!loop.namespaces().contains(namespace)) {
            refuse(namespace, "Invalid namespace", null);
            return;
        }
        connecting = namespace;
        loop.gate
                .identify(token == null ? session.handshake().token() : token)
                .compose(identity -> loop.gate.admit(session.handshake().client(), "socketio", identity))
                .onSuccess(identity -> {
                    connecting = null;
                    if (!closed) {
                        open(namespace, identity);
                    }
                })
                .onFailure(no -> {
                    connecting = null;
                    if (!closed && no instanceof Refusal) {
                        // A client whose session ends comes back.
                        session.close(CloseReason.OVERLOADED);
                    } else if (!closed) {
                        refuse(namespace, Gatekeeper.reason(no).text(), ErrorCode.UNAUTHORIZED);
                    }
                });
    }

    /** Each may bring a token to be verified, and no connection is there yet that would count it. */
    private boolean connectsTooOften() {
        long now = System.nanoTime();
        if (now - connectsSince > CONNECTS_WINDOW_NANOS) {
            connectsSince = now;
            connects = 0;
        }
        return ++connects > MAX_CONNECTS;
    }

    /** {@code token} of what a client sends along; null if there is none. */
    private static @Nullable String token(byte[] auth) throws Packet.Malformed {
        String token = null;
        if (auth.length == 0) {
            return null;
        }
        try (JsonParser parser = PayloadReader.open(auth)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isToken = parser.currentName().equals("token");
                JsonToken value = parser.nextToken();
                if (isToken) {
                    token = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new Packet.Malformed();
            }
        } catch (IOException malformed) {
            throw new Packet.Malformed();
        }
        return token == null || token.isBlank() ? null : token;
    }

    private void open(String namespace, Identity identity) {
        if (loop.edge.sendsClientsElsewhere()) {
            session.close(CloseReason.OVERLOADED);
            return;
        }
        Connections.@Nullable Lease lease =
                loop.gate.tryOpen((ClientAddress) null, identity).orElse(null);
        if (lease == null) {
            refuse(namespace, CloseReason.TOO_MANY_CONNECTIONS.text(), ErrorCode.LIMIT);
            return;
        }
        if (identity.kind() != Identity.Kind.ANONYMOUS) {
            session.bind(identity.user());
        }
        wasConnected = true;
        if (whenConnected != null) {
            whenConnected.run();
            whenConnected = null;
        }
        SocketIoMember member = new SocketIoMember(this, session, namespace);
        members.put(namespace, member);
        member.open(loop.edge, identity, lease::close);
    }

    /** CONNECT_ERROR, after which an unmodified client does not try again. */
    private void refuse(String namespace, String message, @Nullable ErrorCode code) {
        JsonWriter json = new JsonWriter(128).beginObject().member("message", message);
        if (code != null) {
            json.beginObject("data").member("code", code.wireName()).endObject();
        }
        write(Packet.Type.CONNECT_ERROR, namespace, json.endObject().toBytes());
    }

    /** The gateway ends one namespace for good; the client may keep its others. */
    void disconnect(String namespace) {
        members.remove(namespace);
        if (!closed) {
            write(Packet.Type.DISCONNECT, namespace, new byte[0]);
        }
    }

    private void write(Packet.Type type, String namespace, byte[] json) {
        session.write(PacketFrame.of(type, namespace, json));
        session.flush();
    }

    @Override
    public void onClosed(int code) {
        closed = true;
        if (whenConnected != null) {
            whenConnected.run();
            whenConnected = null;
        }
        List.copyOf(members.values()).forEach(member -> member.connection().onClosed(code));
        members.clear();
    }
}
