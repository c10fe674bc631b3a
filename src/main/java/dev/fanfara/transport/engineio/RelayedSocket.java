package dev.fanfara.transport.engineio;

import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.LoopRef;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.MessageSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket that ends on another event loop, where a {@link SocketRelay} holds it, as its session sees it. What was sent
 * there waits until the other side says that the system took it. Touched only by its session's event loop.
 */
final class RelayedSocket implements MessageSocket {
    private static final Logger LOG = LoggerFactory.getLogger(RelayedSocket.class);

    /** So often the other side hears how much was heard; far less than it sends before it stops reading. */
    private static final long TELL_EVERY = 16 * 1024;

    private final Relays relays;
    private final long number;
    private final LoopRef far;
    private @Nullable Listener listener;
    private final List<ByteBuf> written = new ArrayList<>(1);
    private long unsent;
    private long messagesOut;
    private long messagesIn;
    /** The weight of all that was sent, and of what of it was taken. */
    private long sent;

    private long taken;
    /** The weight of all that was heard, and of what of it was told. */
    private long heard;

    private long told;
    private boolean closing;
    private boolean ended;
    private @Nullable Promise<Void> gone;

    RelayedSocket(Relays relays, long number, LoopRef far) {
        this.relays = relays;
        this.number = number;
        this.far = far;
    }

    long number() {
        return number;
    }

    LoopRef far() {
        return far;
    }

    @Override
    public void listen(Listener next) {
        listener = next;
    }

    // To the client

    @Override
    public void write(ByteBuf frames) {
        if (closing) {
            frames.release();
        } else {
            unsent += frames.readableBytes();
            written.add(frames);
        }
    }

    @Override
    public void flush() {
        if (!written.isEmpty()) {
            ByteBuf frames = written.size() == 1
                    ? written.get(0)
                    : Unpooled.wrappedBuffer(written.size(), written.toArray(new ByteBuf[0]));
            written.clear();
            unsent = 0;
            send(frames);
        }
    }

    @Override
    public void send(ByteBuf shared, int from) {
        if (!closing) {
            flush();
            send(shared.slice(from, shared.writerIndex() - from).retain());
        }
    }

    private void send(ByteBuf frames) {
        int weight = EngineMessage.OVERHEAD + frames.readableBytes();
        if (!relays.maySend(far, weight)) {
            frames.release();
            lost(CloseReason.SLOW_CONSUMER.code());
            return;
        }
        sent += weight;
        relays.write(far, number, messagesOut++, frames);
    }

    @Override
    public long pendingBytes() {
        return unsent + sent - taken;
    }

    @Override
    public Future<Void> close(CloseReason reason) {
        flush();
        return end(reason);
    }

    @Override
    public void cutOff() {
        end(null);
    }

    private Future<Void> end(@Nullable CloseReason reason) {
        if (!closing || reason == null) {
            closing = true;
            relays.tell(far, new EngineMessage.Close(number, reason));
        }
        if (gone == null) {
            gone = Promise.promise();
        }
        return gone.future();
    }

    // From the client

    void onSaid(EngineMessage.Said said) {
        if (said.number() != messagesIn++) {
            lost(SocketRelay.BROKEN);
            return;
        }
        heard += said.weight();
        if (heard - told >= TELL_EVERY) {
            told = heard;
            relays.tell(far, new EngineMessage.Taken(number, heard));
        }
        Listener hears = listener;
        if (hears == null || closing) {
            return;
        }
        ByteBuf bytes = Unpooled.wrappedBuffer(said.bytes());
        try {
            if (said.isText()) {
                hears.onText(bytes);
            } else {
                hears.onBinary(bytes);
            }
        } catch (RuntimeException bug) {
            LOG.error("a message failed", bug);
            lost(CloseReason.INTERNAL_ERROR.code());
        }
    }

    void onTaken(long weight) {
        relays.taken(far, weight - taken);
        taken = weight;
    }

    /** Something between the two loops was lost, or must not be sent: nobody may take what comes for all there was. */
    private void lost(int code) {
        cutOff();
        tell(code);
    }

    /** It is gone, or the node that held it. */
    void onGone(int code) {
        closing = true;
        onTaken(sent);
        written.forEach(ByteBuf::release);
        written.clear();
        tell(code);
        if (gone != null) {
            gone.tryComplete();
        }
    }

    private void tell(int code) {
        if (!ended) {
            ended = true;
            if (listener != null) {
                listener.onGone(code);
            }
        }
    }
}
