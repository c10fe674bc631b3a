package dev.fanfara.transport.sse;

import dev.fanfara.admission.Connections;
import dev.fanfara.auth.Identity;
import dev.fanfara.connection.Connection;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.Outbound;
import dev.fanfara.connection.WireFormat;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.DirectSend;
import dev.fanfara.transport.Pipelines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.Socket;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of Server-Sent Events, from its head to its end. Like a WebSocket it is taken over from Vert.x, and is the
 * only handler of its channel but for TLS: an idle one costs a fifth of what Vert.x keeps of a response, and a room's
 * bytes are every member's bytes. So the body is not chunked; it ends with the connection, which HTTP/1.0 understands
 * too. Event loop only.
 *
 * <p>The client says nothing any more. That it is gone is known by its own end of the connection, or by the system, which
 * gives up on what nobody acknowledges; heartbeats see to it that there is something to acknowledge.
 */
final class SseStream extends ChannelInboundHandlerAdapter implements Outbound {
    private static final Logger LOG = LoggerFactory.getLogger(SseStream.class);

    /** What proxies that buffer answers know. */
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");

    private static final String HEARTBEAT = ":\n\n";
    /** How long what waits for a client may take to leave when the stream has ended. */
    private static final long CLOSE_TIMEOUT_MS = 2_000;

    private static final int BROKEN = 1006;

    private final ContextInternal vertxContext;
    private @Nullable ChannelHandlerContext context;
    /** What was written and the system has not taken. Kept here, as it is asked for at every write. */
    private @Nullable ChannelOutboundBuffer queue;
    /** Where there is a shorter way than through Netty. */
    private @Nullable Socket socket;

    private @Nullable Connection connection;
    /** What its end is counted as. A client that closes its end asked for no more. */
    private int closeCode = CloseReason.NORMAL.code();

    private boolean closing;
    private @Nullable Promise<Void> gone;

    SseStream(ContextInternal vertxContext) {
        this.vertxContext = vertxContext;
    }

    /** False if there is nobody any more. From here on what is written are bytes, and the head is the first of them. */
    boolean takeOver(HttpServerRequest request) {
        ChannelPipeline pipeline = Pipelines.of(request.connection());
        Channel channel = pipeline.channel();
        if (!channel.isActive()) {
            return false;
        }
        if (!channel.isWritable()) {
            // Vert.x may hold more of the answers before this one, to a client that does not read.
            channel.close();
            return false;
        }
        pipeline.addLast(this);
        Pipelines.clear(pipeline, each -> each == this);
        // Vert.x stops reading while a request waits behind another.
        channel.config().setAutoRead(true);
        write(ascii(head(request.response().headers())));
        return true;
    }

    /** With what the gateway says in every answer. */
    private static String head(MultiMap headers) {
        headers.set(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                .set(HttpHeaders.CACHE_CONTROL, "no-store")
                .set(ACCEL_BUFFERING, "no")
                .set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\nretry: ")
                .append(Connection.returnMillis())
                .append("\n\n")
                .toString();
    }

    /** Called once, after it was taken over. Its place is given back when the client is gone. */
    void open(ConnectionVerticle edge, Identity identity, List<ClientMessage.Join> joins, Connections.Lease lease) {
        Connection opened = edge.open(this, identity, lease.address(), lease::close);
        connection = opened;
        opened.joinAll(joins);
    }

    private ByteBuf ascii(String text) {
        return channel().alloc().directBuffer(text.length()).writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    private Channel channel() {
        return context().channel();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        queue = added.channel().unsafe().outboundBuffer();
        socket = DirectSend.socketOf(added.channel());
    }

    // The way out

    @Override
    public WireFormat format() {
        return WireFormat.SSE;
    }

    @Override
    public void write(ByteBuf events) {
        context().write(events, context().voidPromise());
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public void send(ByteBuf shared, int from) {
        DirectSend.send(context(), socket, queue, shared, from);
    }

    @Override
    public long pendingBytes() {
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** A comment, which nobody answers. */
    @Override
    public void ping() {
        context().writeAndFlush(ascii(HEARTBEAT), context().voidPromise());
    }

    /** Why was said. */
    @Override
    public Future<Void> close(CloseReason reason) {
        if (!closing) {
            closing = true;
            closeCode = reason.code();
            context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
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

    @Override
    public void cutOff() {
        if (channel().isOpen()) {
            Pipelines.cutOff(context());
        }
    }

    // What the client does

    /** Nothing it could say would be understood; the next request wants a connection of its own. */
    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
        if (!(failure instanceof IOException)) {
            LOG.error("a stream failed", failure);
        }
        if (!closing) {
            closeCode = BROKEN;
        }
        context().close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
        ContextInternal before = vertxContext.beginDispatch();
        try {
            if (connection != null) {
                connection.onClosed(closeCode);
            }
            if (gone != null) {
                gone.tryComplete();
            }
        } finally {
            vertxContext.endDispatch(before);
        }
    }
}
