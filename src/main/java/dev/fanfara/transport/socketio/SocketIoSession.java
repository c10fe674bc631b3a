package dev.fanfara.transport.socketio;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Command;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.SessionKey;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.engineio.EngineApplication;
import dev.fanfara.transport.engineio.EngineSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** It connects to these namespaces: who it is is being asked, or what it had. */
    private final Set<String> connecting = new HashSet<>(2);

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
        if (member == null || connecting.contains(packet.namespace())) {
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
                member.connection().onGoodbye();
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
        if (members.containsKey(namespace) || connecting.contains(namespace)) {
            throw new Packet.Malformed();
        }
        if (connectsTooOften()) {
            session.close(CloseReason.FLOOD);
            return;
        }
        Hello hello = Hello.read(packet.data());
        if (!loop.namespaces().contains(namespace)) {
            refuse(namespace, "Invalid namespace", null);
            return;
        }
        connecting.add(namespace);
        loop.gate
                .identify(hello.token() == null ? session.handshake().token() : hello.token())
                .compose(identity -> loop.gate.admit(session.handshake().client(), "socketio", identity))
                .onSuccess(identity -> {
                    connecting.remove(namespace);
                    if (!closed) {
                        enter(namespace, identity, hello);
                    }
                })
                .onFailure(no -> {
                    connecting.remove(namespace);
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

    /** It may have come back for what it had, and then it goes on there. */
    private void enter(String namespace, Identity identity, Hello hello) {
        String pid = hello.pid();
        if (!loop.recovers()) {
            open(namespace, identity, null, null);
        } else if (pid == null || loop.edge.sendsClientsElsewhere()) {
            open(namespace, identity, ConnectionId.random().value(), hello.offset());
        } else {
            connecting.add(namespace);
            String key = SessionKey.of(pid, namespace, identity);
            loop.edge.sessions().take(loop.edge.vertxOfLoop(), key).onComplete(done -> {
                connecting.remove(namespace);
                SavedSession saved = done.result().orElse(null);
                if (closed && saved != null) {
                    loop.keep(key, saved);
                } else if (!closed) {
                    goOn(namespace, identity, hello, pid, saved);
                }
            });
        }
    }

    private void goOn(String namespace, Identity identity, Hello hello, String pid, @Nullable SavedSession saved) {
        List<Position> since =
                saved == null ? null : saved.after(hello.offset()).orElse(null);
        if (saved == null || since == null || loop.edge.missedAnnouncement(saved)) {
            open(namespace, identity, ConnectionId.random().value(), hello.offset());
            return;
        }
        SocketIoMember member = place(
                namespace,
                // It keeps the name that was made up for it.
                identity.kind() == Identity.Kind.ANONYMOUS ? Identity.anonymous(saved.user(), false) : identity,
                saved.connection(),
                pid);
        if (member == null) {
            return;
        }
        connecting.add(namespace);
        member.connection().recover(saved, since, hello.offset()).onComplete(done -> {
            connecting.remove(namespace);
            if (done.failed()) {
                member.release();
            } else if (done.result()) {
                member.answer(pid);
            } else {
                members.remove(namespace);
                member.giveUp();
                open(namespace, identity, ConnectionId.random().value(), hello.offset());
            }
        });
    }

    /**
     * @param pid what its client may come back with; null if it may not
     * @param hadBefore what it had last in a session that is over
     */
    private void open(String namespace, Identity identity, @Nullable String pid, @Nullable String hadBefore) {
        SocketIoMember member = place(namespace, identity, ConnectionId.random(), pid);
        if (member != null && pid != null) {
            if (hadBefore != null) {
                member.connection().hadBefore(hadBefore);
            }
            member.answer(pid);
        }
    }

    /** Null if there is no place, and its client was told. */
    private @Nullable SocketIoMember place(String namespace, Identity identity, ConnectionId id, @Nullable String pid) {
        if (loop.edge.sendsClientsElsewhere()) {
            session.close(CloseReason.OVERLOADED);
            return null;
        }
        Connections.@Nullable Lease lease =
                loop.gate.tryOpen((ClientAddress) null, identity).orElse(null);
        if (lease == null) {
            refuse(namespace, CloseReason.TOO_MANY_CONNECTIONS.text(), ErrorCode.LIMIT);
            return null;
        }
        if (identity.kind() != Identity.Kind.ANONYMOUS) {
            session.bind(identity.user());
        }
        wasConnected = true;
        if (whenConnected != null) {
            whenConnected.run();
            whenConnected = null;
        }
        SocketIoMember member = new SocketIoMember(this, session, namespace, pid != null);
        members.put(namespace, member);
        if (pid == null) {
            member.open(loop.edge, identity, lease::close);
        } else {
            member.open(loop.edge, id, identity, SessionKey.of(pid, namespace, identity), lease::close);
        }
        return member;
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
    public void pinged() {
        members.values().forEach(member -> member.connection().pinged());
    }

    @Override
    public void answered() {
        members.values().forEach(member -> member.connection().answeredPing());
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
