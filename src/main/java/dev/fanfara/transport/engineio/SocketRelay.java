package dev.fanfara.transport.engineio;

import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.LoopRef;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.EngineSocket;
import dev.fanfara.transport.websocket.MessageSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of a session that lives on another event loop: passes on what comes, both ways, and knows nothing of what
 * it means. Touched only by the socket's event loop.
 */
final class SocketRelay implements MessageSocket.Listener {
    static final int BROKEN = 1006;

    /** What may be on its way to the session before the client has to wait. */
    private static final long MAX_UNHEARD = 256 * 1024;
    /** So often the session hears what has left; less than it takes for a client to count as one that is behind. */
    private static final long TELL_EVERY = 4 * 1024;

    private final Relays relays;
    private final long number;
    private final LoopRef home;
    private final EngineSocket socket;
    private long messagesOut;
    private long messagesIn;
    /** The weight of all that was sent, and of what of it was heard. */
    private long sent;

    private long heard;
    /** The weight of all that left, and of what of it was told. */
    private long left;

    private long told;

    SocketRelay(Relays relays, long number, LoopRef home, EngineSocket socket) {
        this.relays = relays;
        this.number = number;
        this.home = home;
        this.socket = socket;
    }

    LoopRef home() {
        return home;
    }

    // From the client

    @Override
    public void onText(ByteBuf utf8) {
        say(true, utf8);
    }

    @Override
    public void onBinary(ByteBuf bytes) {
        say(false, bytes);
    }

    private void say(boolean isText, ByteBuf bytes) {
        EngineMessage.Said said = new EngineMessage.Said(number, messagesOut++, isText, ByteBufUtil.getBytes(bytes));
        if (!relays.maySend(home, said.weight())) {
            socket.close(CloseReason.OVERLOADED);
            return;
        }
        sent += said.weight();
        relays.tell(home, said);
        socket.read(sent - heard < MAX_UNHEARD);
    }

    void onTaken(long weight) {
        relays.taken(home, weight - heard);
        heard = weight;
        socket.read(sent - heard < MAX_UNHEARD);
    }

    @Override
    public void onGone(int code) {
        relays.taken(home, sent - heard);
        heard = sent;
        relays.gone(number, home, code);
    }

    // To the client

    void onWrite(EngineMessage.Write write) {
        ByteBuf frames = write.frames();
        try {
            if (write.number() != messagesIn++) {
                socket.cutOff();
                return;
            }
            int weight = write.weight();
            socket.send(frames, frames.readerIndex());
            socket.whenTaken(() -> onLeft(weight));
        } finally {
            frames.release();
        }
    }

    private void onLeft(int weight) {
        left += weight;
        if (left - told >= TELL_EVERY) {
            told = left;
            relays.tell(home, new EngineMessage.Taken(number, left));
        }
    }

    void onClose(@Nullable CloseReason reason) {
        // A client whose messages nobody hears any more still answers the close frame.
        socket.read(true);
        if (reason == null) {
            socket.cutOff();
        } else {
            socket.close(reason);
        }
    }
}
