package dev.fanfara.transport.engineio;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.MessageSocket;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A WebSocket of a session that polls, until its client says that it goes on there. Whatever else it says shows that it
 * does not know the protocol, and ends the socket, not the session. Touched only by its session's event loop.
 */
final class Probe extends Timeouts.Waiter implements MessageSocket.Listener {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String WORD = "probe";
    private static final String ASKED = (char) PacketType.PING + WORD;
    private static final String GOES_ON = String.valueOf((char) PacketType.UPGRADE);

    private final EngineSession session;
    private final MessageSocket socket;
    private boolean answered;

    Probe(EngineSession session, MessageSocket socket) {
        this.session = session;
        this.socket = socket;
    }

    /** The client knows that it may go on here. */
    boolean isAnswered() {
        return answered;
    }

    @Override
    public void onText(ByteBuf utf8) {
        String packet = utf8.readableBytes() > ASKED.length() ? "" : utf8.toString(StandardCharsets.UTF_8);
        if (packet.equals(ASKED)) {
            answered = true;
            socket.write(Frames.packet(PacketType.PONG, WORD));
            socket.flush();
            session.releasePoll();
        } else if (packet.equals(GOES_ON)) {
            session.upgrade(socket);
        } else {
            end();
        }
    }

    @Override
    public void onBinary(ByteBuf bytes) {
        end();
    }

    @Override
    public void onGone(int code) {
        session.probeEnded(this);
    }

    @Override
    void timeUp() {
        end();
    }

    void end() {
        session.probeEnded(this);
        socket.close(CloseReason.NORMAL);
    }
}
