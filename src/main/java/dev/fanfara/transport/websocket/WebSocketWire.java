package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.DirectSend;
import dev.fanfara.transport.Pipelines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after the upgrade: Netty reads its frames, and here are messages made of them, control frames answered,
 * violations closed with their code. What a message means is the subclass's. Event loop only.
 *
 * <p>It is the only handler of its channel but for TLS: four in a row cost an idle connection 300 bytes, and every
 * write the way through them.
 */
abstract class WebSocketWire extends WebSocket13FrameDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketWire.class);

    /** RFC 6455 section 5.2: the first byte of a final frame. */
    static final int FINAL_TEXT = 0x81;

    static final int FINAL_BINARY = 0x82;
    private static final int FINAL_CLOSE = 0x88;
    private static final int FINAL_PING = 0x89;
    private static final int FINAL_PONG = 0x8A;

    /** RFC 6455 section 5.5. */
    private static final int MAX_CONTROL_PAYLOAD = 125;

    /** A client that pings more does not measure but attack: each costs us a pong it may never read. */
    private static final int MAX_PINGS = 50;

    private static final long PING_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** How long a client may take to answer a close frame. */
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private static final int BROKEN = WebSocketCloseStatus.ABNORMAL_CLOSURE.code();

    /** The bit in {@link WebSocketFrame#rsv} that says that a message is deflated: RFC 7692 section 6. */
    private static final int RSV1 = 0b100;

    private final ContextInternal vertxContext;
    private final Terms terms;
    private @Nullable ChannelHandlerContext context;
    /** What was written and the system has not taken. Kept here, as it is asked for at every write. */
    private @Nullable ChannelOutboundBuffer queue;
    /** Where there is a shorter way than through Netty. */
    private @Nullable Socket socket;
    /** The message of which not all fragments have come. */
    private @Nullable Fragments fragments;

    private @Nullable MessageInflater inflater;
    private int closeCode = BROKEN;
    private boolean closing;
    private boolean told;
    private @Nullable Promise<Void> gone;
    private int pings;
    private long pingWindowStart;

    WebSocketWire(ContextInternal vertxContext, Terms terms) {
        super(terms.decoder());
        this.vertxContext = vertxContext;
        this.terms = terms;
    }

    /** A whole text message. */
    abstract void onText(ByteBuf utf8);

    /** A whole binary message. */
    abstract void onBinary(ByteBuf bytes);

    /** Something came that shows the client lives. */
    abstract void onLife();

    /** The wire is gone; {@code code} is the close code the client sent or got, else 1006. Once. */
    abstract void onGone(int code);

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        queue = added.channel().unsafe().outboundBuffer();
        socket = DirectSend.socketOf(added.channel());
    }

    ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    boolean deflates() {
        return terms.deflate() != Deflate.NONE;
    }

    // What the client sends

    @Override
    protected void decode(ChannelHandlerContext from, ByteBuf in, List<Object> out) throws Exception {
        super.decode(from, in, out);
        if (!out.isEmpty()) {
            WebSocketFrame frame = (WebSocketFrame) out.remove(0);
            // The bus and timers find their context by the thread's current one, which only Vert.x's handlers set.
            ContextInternal before = vertxContext.beginDispatch();
            try {
                onFrame(frame);
            } finally {
                vertxContext.endDispatch(before);
                frame.release();
            }
        }
    }

    private void onFrame(WebSocketFrame frame) {
        boolean begins = frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame;
        if (frame instanceof CloseWebSocketFrame close) {
            onClose(close);
        } else if (closing) {
            return;
        } else if (frame.rsv() != 0 && !(begins && frame.rsv() == RSV1)) {
            violated(CloseReason.PROTOCOL_ERROR);
        } else {
            onLife();
            if (begins && frame.isFinalFragment()) {
                onMessage(frame instanceof TextWebSocketFrame, frame.rsv() == RSV1, frame.content());
            } else if (begins) {
                fragments = new Fragments(
                        frame instanceof TextWebSocketFrame,
                        frame.rsv() == RSV1,
                        channel().alloc().buffer(frame.content().readableBytes()));
                onFragment(fragments, frame);
            } else if (frame instanceof ContinuationWebSocketFrame && fragments != null) {
                onFragment(fragments, frame);
            } else if (frame instanceof PingWebSocketFrame) {
                onPing(frame.content());
            }
        }
    }

    private void onFragment(Fragments parts, WebSocketFrame frame) {
        CloseReason refused = parts.add(frame.content(), terms.maxMessage());
        if (refused != null) {
            violated(refused);
        } else if (frame.isFinalFragment()) {
            fragments = null;
            try {
                onMessage(parts.isText(), parts.isDeflated(), parts.content());
            } finally {
                parts.content().release();
            }
        }
    }

    private void onMessage(boolean isText, boolean isDeflated, ByteBuf content) {
        ByteBuf message;
        try {
            message = isDeflated ? inflater().inflate(content, terms.maxMessage()) : content;
        } catch (TooLongFrameException bomb) {
            violated(CloseReason.TOO_BIG);
            return;
        } catch (DataFormatException notDeflated) {
            violated(CloseReason.PROTOCOL_ERROR);
            return;
        }
        Utf8Check utf8 = new Utf8Check();
        if (!isText) {
            onBinary(message);
        } else if (utf8.goesOn(message) && utf8.mayEnd()) {
            onText(message);
        } else {
            violated(CloseReason.INVALID_UTF8);
        }
    }

    private MessageInflater inflater() {
        if (terms.deflate() == Deflate.EACH_FOR_ITSELF) {
            return MessageInflater.shared();
        }
        if (inflater == null) {
            inflater = MessageInflater.forOne();
        }
        return inflater;
    }

    private void onPing(ByteBuf payload) {
        long now = System.nanoTime();
        if (now - pingWindowStart > PING_WINDOW_NANOS) {
            pingWindowStart = now;
            pings = 0;
        }
        if (++pings > MAX_PINGS) {
            violated(CloseReason.FLOOD);
        } else if (channel().isWritable()) {
            // Else no pong: RFC 6455 section 5.5.3 lets us answer only the latest, and a pong nobody reads is memory.
            writeControl(FINAL_PONG, payload);
        }
    }

    private void onClose(CloseWebSocketFrame close) {
        if (!closing) {
            closing = true;
            closeCode = close.statusCode() < 0 ? WebSocketCloseStatus.EMPTY.code() : close.statusCode();
            writeControl(FINAL_CLOSE, close.content());
        }
        context().close();
    }

    /** The client broke a rule of the wire. */
    void violated(CloseReason reason) {
        onGoneOnce(reason.code());
        close(reason);
    }

    public Future<Void> close(CloseReason reason) {
        if (!closing) {
            closing = true;
            closeCode = reason.code();
            byte[] text = reason.text().getBytes(StandardCharsets.UTF_8);
            ByteBuf payload = channel().alloc().directBuffer(2 + text.length);
            payload.writeShort(reason.code()).writeBytes(text);
            writeControl(FINAL_CLOSE, payload);
            payload.release();
            // We read on until the client's close frame: closing with input unread would reset the connection, and the
            // client might lose the close frame.
            channel().eventLoop().schedule(this::cutOff, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        }
        if (!channel().isActive()) {
            return Future.succeededFuture();
        }
        if (gone == null) {
            gone = Promise.promise();
        }
        return gone.future();
    }

    public void cutOff() {
        if (channel().isOpen()) {
            Pipelines.cutOff(context());
        }
    }

    public void ping() {
        writeControl(FINAL_PING, Unpooled.EMPTY_BUFFER);
    }

    private void writeControl(int firstByte, ByteBuf payload) {
        int length = Math.min(payload.readableBytes(), MAX_CONTROL_PAYLOAD);
        ByteBuf frame = channel().alloc().directBuffer(2 + length);
        frame.writeByte(firstByte).writeByte(length).writeBytes(payload, payload.readerIndex(), length);
        context().writeAndFlush(frame, channel().voidPromise());
    }

    /** Bytes that were written but not yet taken by the system. */
    public long pendingBytes() {
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    public void write(ByteBuf frames) {
        context().write(frames, context().voidPromise());
    }

    public void send(ByteBuf shared, int from) {
        DirectSend.send(context(), socket, queue, shared, from);
    }

    public void flush() {
        context().flush();
    }

    Channel channel() {
        return context().channel();
    }

    static byte[] bytesOf(ByteBuf content) {
        return ByteBufUtil.getBytes(content);
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) throws Exception {
        try {
            super.channelInactive(from);
        } finally {
            onGoneOnce(closeCode);
            if (fragments != null) {
                fragments.content().release();
                fragments = null;
            }
            if (inflater != null) {
                inflater.end();
            }
            if (gone != null) {
                gone.tryComplete();
            }
        }
    }

    private void onGoneOnce(int code) {
        if (!told) {
            told = true;
            dispatch(() -> onGone(code));
        }
    }

    /** For what Netty calls: Vert.x's handlers alone run where the bus and timers find their context. */
    void dispatch(Runnable work) {
        ContextInternal before = vertxContext.beginDispatch();
        try {
            work.run();
        } finally {
            vertxContext.endDispatch(before);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
        CloseReason reason = reasonFor(failure);
        if (reason != null) {
            violated(reason);
            return;
        }
        if (!(failure instanceof IOException)) {
            LOG.error("a WebSocket failed", failure);
        }
        context().close();
    }

    /** The close code of a violation (RFC 6455 section 7.4.1); null if the wire itself failed. */
    private static @Nullable CloseReason reasonFor(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptedWebSocketFrameException corrupted) {
                WebSocketCloseStatus status = corrupted.closeStatus();
                if (WebSocketCloseStatus.INVALID_PAYLOAD_DATA.equals(status)) {
                    return CloseReason.INVALID_UTF8;
                }
                return WebSocketCloseStatus.MESSAGE_TOO_BIG.equals(status)
                        ? CloseReason.TOO_BIG
                        : CloseReason.PROTOCOL_ERROR;
            }
        }
        return failure instanceof DecoderException || failure instanceof CodecException
                ? CloseReason.PROTOCOL_ERROR
                : null;
    }
}
