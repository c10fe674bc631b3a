package dev.fanfara.transport;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.function.Predicate;

/**
 * The way from a connection of Vert.x to its Netty pipeline, for which there is no public one, and how it becomes ours.
 * What follows from it is known by these handler names, and tested: a new Vert.x that renames them fails loudly.
 */
public final class Pipelines {
    /** Bytes to requests. */
    public static final String DECODER = "httpDecoder";
    /** Responses to bytes. */
    public static final String ENCODER = "httpEncoder";

    private Pipelines() {}

    public static ChannelPipeline of(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext().pipeline();
    }

    /** All go but TLS and those that stay: from here on there are bytes. Event loop of the socket only. */
    public static void clear(ChannelPipeline pipeline, Predicate<ChannelHandler> stays) {
        for (ChannelHandler each : pipeline.toMap().values()) {
            if (!(each instanceof SslHandler) && !stays.test(each)) {
                pipeline.remove(each);
            }
        }
    }

    /**
     * No more comes from us, and what the other side sends is still read. With TLS nothing is done.
     *
     * <p>A moment later: while io_uring completes a write, the end of output would take its queue away, and the socket could
     * not be closed any more (netty/netty#17237, in 4.2.18).
     */
    public static void endOutput(ChannelHandlerContext context) {
        if (context.channel() instanceof DuplexChannel channel
                && context.pipeline().get(SslHandler.class) == null) {
            channel.eventLoop().execute(channel::shutdownOutput);
        }
    }

    /** Linger 0 resets the connection: what waits in the system for a client that does not read is freed at once. */
    public static void cutOff(ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context.close();
    }
}
