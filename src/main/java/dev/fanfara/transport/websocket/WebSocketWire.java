package dev.fanfara.transport.websocket;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.DirectSend;
import dev.fanfara.transport.Pipelines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket after the upgrade: messages are made of its frames, control frames answered, violations closed with their
 * code. What a message means is the subclass's. Event loop only.
 *
 * <p>It is the only handler of its channel but for TLS: four in a row cost an idle connection 300 bytes, and every
 * write the way through them.
 */
abstract class WebSocketWire extends FrameDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketWire.class);

    /** RFC 6455 section 5.2: the first byte of a final frame. */
    static final int FINAL_TEXT = 0x81;

    static final int FINAL_BINARY = 0x82;
    private static final int FINAL_CLOSE = 0x88;
    private static final int FINAL_PING = 0x89;
    private static final int FINAL_PONG = 0x8A;

    private static final long PING_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** How long a client may take to read a close frame and to answer it. */
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private static final int BROKEN = WebSocketCloseStatus.ABNORMAL_CLOSURE.code();

    private final ContextInternal vertxContext;
    private @Nullable ChannelHandlerContext context;
    /** What was written and the system has not taken. Kept here, as it is asked for at every write. */
    private @Nullable ChannelOutboundBuffer queue;
    /** Where there is a shorter way than through Netty. */
    private @Nullable Socket socket;
    /** The message of which not all has come. */
    private @Nullable Fragments fragments;

    private @Nullable MessageInflater inflater;
    private int closeCode = BROKEN;
    private boolean closing;
    private boolean told;
    private @Nullable Promise<Void> gone;
    private int pings;
    private long pingWindowStart;

    WebSocketWire(ContextInternal vertxContext, Terms terms) {
        super(terms);
        this.vertxContext = vertxContext;
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
        return terms().deflate() != Deflate.NONE;
    }

    // What the client sends

    @Override
    void onPayload(int head, ByteBuf payload, boolean isFramesEnd) {
        // The bus and timers find their context by the thread's current one, which only Vert.x's handlers set.
        ContextInternal before = vertxContext.beginDispatch();
        try {
            int opcode = opcode(head);
            if (opcode == CLOSE) {
                onClose(payload);
            } else if (!closing) {
                if (isFramesEnd) {
                    onLife();
                }
                if (opcode == PING) {
                    onPing(payload);
                } else if (opcode != PONG) {
                    onData(head, payload, isFramesEnd);
                }
            }
        } finally {
            vertxContext.endDispatch(before);
        }
    }

    private void onData(int head, ByteBuf payload, boolean isFramesEnd) {
        boolean isMessagesEnd = isFramesEnd && (head & FINAL) != 0;
        if (fragments == null) {
            boolean isText = opcode(head) == TEXT;
            boolean isDeflated = (head & RSV1) != 0;
            if (isMessagesEnd) {
                onMessage(isText, isDeflated, payload);
                return;
            }
            fragments = new Fragments(isText, isDeflated, channel().alloc().buffer(payload.readableBytes()));
        }
        Fragments parts = fragments;
        CloseReason refused = parts.add(payload, isFramesEnd, terms());
        if (refused != null) {
            violated(refused);
        } else if (isMessagesEnd) {
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
            message = isDeflated ? inflater().inflate(content, terms().maxMessage()) : content;
        } catch (TooLongFrameException bomb) {
            violated(CloseReason.TOO_BIG);
            return;
        } catch (DataFormatException notDeflated) {
            violated(CloseReason.PROTOCOL_ERROR);
            return;
        }
        if (!isText) {
            onBinary(message);
        } else if (isText(message)) {
            onText(message);
        } else {
            violated(CloseReason.INVALID_UTF8);
        }
    }

    private static boolean isText(ByteBuf bytes) {
        Utf8Check utf8 = new Utf8Check();
        return utf8.goesOn(bytes) && utf8.mayEnd();
    }

    private MessageInflater inflater() {
        if (terms().deflate() == Deflate.EACH_FOR_ITSELF) {
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
        if (++pings > terms().maxPings()) {
            violated(CloseReason.FLOOD);
        } else if (channel().isWritable()) {
            // Else no pong: RFC 6455 section 5.5.3 lets us answer only the latest, and a pong nobody reads is memory.
            writeControl(FINAL_PONG, payload);
        }
    }

    private void onClose(ByteBuf payload) {
        if (!closing) {
            CloseReason refused = mistakeOfClose(payload);
            if (refused != null) {
                violated(refused);
            } else {
                sayClose(codeOf(payload), payload);
            }
        }
        // Whatever it says, it is the last that comes; what was written before still leaves.
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** RFC 6455 section 7.4. */
    private static @Nullable CloseReason mistakeOfClose(ByteBuf payload) {
        if (!payload.isReadable()) {
            return null;
        }
        if (payload.readableBytes() < Short.BYTES || !WebSocketCloseStatus.isValidStatusCode(codeOf(payload))) {
            return CloseReason.PROTOCOL_ERROR;
        }
        ByteBuf text = payload.slice(payload.readerIndex() + Short.BYTES, payload.readableBytes() - Short.BYTES);
        return isText(text) ? null : CloseReason.INVALID_UTF8;
    }

    private static int codeOf(ByteBuf payload) {
        return payload.isReadable()
                ? payload.getUnsignedShort(payload.readerIndex())
                : WebSocketCloseStatus.EMPTY.code();
    }

    /** The client broke a rule of the wire. */
    void violated(CloseReason reason) {
        onGoneOnce(reason.code());
        close(reason);
    }

    /** Its close frame could not be told from the rest, so the end of our output says that we wait for none: section 7.1.1. */
    @Override
    void onNoFrame(CloseReason reason) {
        violated(reason);
        context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> Pipelines.endOutput(context()));
    }

    public Future<Void> close(CloseReason reason) {
        if (!closing) {
            byte[] text = reason.text().getBytes(StandardCharsets.UTF_8);
            ByteBuf payload = channel().alloc().directBuffer(2 + text.length);
            payload.writeShort(reason.code()).writeBytes(text);
            sayClose(reason.code(), payload);
            payload.release();
        }
        if (!channel().isActive()) {
            return Future.succeededFuture();
        }
        if (gone == null) {
            gone = Promise.promise();
        }
        return gone.future();
    }

    /**
     * We read on until the client's close frame: closing with input unread would reset the connection, and the client
     * might lose ours.
     */
    private void sayClose(int code, ByteBuf payload) {
        closing = true;
        closeCode = code;
        writeControl(FINAL_CLOSE, payload);
        channel().eventLoop().schedule(this::cutOff, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
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
            ContextInternal before = vertxContext.beginDispatch();
            try {
                onGone(code);
            } finally {
                vertxContext.endDispatch(before);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
        Throwable cause =
                failure instanceof DecoderException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof IOException) {
            context().close();
        } else {
            LOG.error("a WebSocket failed", cause);
            violated(CloseReason.INTERNAL_ERROR);
        }
    }
}
