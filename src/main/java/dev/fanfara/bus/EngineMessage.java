package dev.fanfara.bus;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Between the event loop where a session of Engine.IO lives and one that got a request or a WebSocket for it, on the same
 * node or another. Requests and sockets have a number that nothing else in the cluster has.
 */
public sealed interface EngineMessage {
    /** What a message costs beside its bytes while it waits for another node. */
    int OVERHEAD = 256;

    /** What a request is for. */
    enum Want {
        POLL,
        /** To post; its body is still to come. */
        POST,
        /** To become a WebSocket of the session. */
        SOCKET
    }

    // To the session

    /** A request came, which is to be answered. */
    record Ask(
            LoopRef from,
            long request,
            EngineId session,
            @Nullable String token,
            Want want) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onAsk(this);
        }

        @Override
        public String toString() {
            return "Ask[" + session + ", " + want + "]";
        }
    }

    /** The body of a request that was told to go on; it is to be answered once more. Not to be changed. */
    record Body(LoopRef from, long request, EngineId session, byte[] bytes) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onBody(this);
        }
    }

    /** A request comes to nothing: its body was not taken for that reason, or its client has gone. */
    record Broken(long request, EngineId session, @Nullable CloseReason reason) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onBroken(this);
        }
    }

    /** The request that wanted to has become a WebSocket. */
    record Opened(LoopRef from, long socket, EngineId session) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onOpened(this);
        }
    }

    /** A message came on a WebSocket. {@code number} counts them. The bytes are not to be changed. */
    record Said(long socket, long number, boolean isText, byte[] bytes) implements EngineMessage {
        public int weight() {
            return OVERHEAD + bytes.length;
        }

        @Override
        public void dispatch(Receiver to) {
            to.onSaid(this);
        }
    }

    record SocketGone(long socket, int code) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onSocketGone(this);
        }
    }

    // From the session

    record Answer(long request, HttpAnswer answer) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onAnswer(this);
        }
    }

    /** Whole frames for a WebSocket, which the receiver releases. {@code number} counts these messages. */
    record Write(long socket, long number, ByteBuf frames) implements EngineMessage {
        /** Before its frames are read. */
        public int weight() {
            return OVERHEAD + frames.readableBytes();
        }

        @Override
        public void dispatch(Receiver to) {
            to.onWrite(this);
        }
    }

    /** The end of a WebSocket; without a reason at once, and what still waits is lost. */
    record Close(long socket, @Nullable CloseReason reason) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onClose(this);
        }
    }

    // Both ways

    /** Of what the receiver has sent for a WebSocket, messages of this weight altogether do not wait any more. */
    record Taken(long socket, long weight) implements EngineMessage {
        @Override
        public void dispatch(Receiver to) {
            to.onTaken(this);
        }
    }

    void dispatch(Receiver to);

    /** A new message does not compile until it is heard. */
    interface Receiver {
        void onAsk(Ask ask);

        void onBody(Body body);

        void onBroken(Broken broken);

        void onOpened(Opened opened);

        void onSaid(Said said);

        void onSocketGone(SocketGone gone);

        void onAnswer(Answer answer);

        void onWrite(Write write);

        void onClose(Close close);

        void onTaken(Taken taken);
    }
}
