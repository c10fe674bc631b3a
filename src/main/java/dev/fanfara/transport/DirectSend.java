package dev.fanfara.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hands bytes to an epoll socket without Netty's queue in between, which costs more than the system call's own entry: a
 * slice, a queue entry and a walk through the pipeline for every member of a room. Only while that queue is empty, so
 * that the order holds. Event loop only.
 *
 * <p>This class is all that knows Netty's epoll channel from inside; what it relies on has a test each. io_uring has no
 * need of it: there Netty's writes are entries of a ring, and a whole room's go down in a few calls.
 */
public final class DirectSend {
    private DirectSend() {}

    /** Null where bytes must take the long way: with TLS, and with another transport. */
    public static @Nullable Socket socketOf(Channel channel) {
        return channel instanceof EpollSocketChannel epoll
                        && epoll.fd() instanceof Socket socket
                        && channel.pipeline().get(SslHandler.class) == null
                ? socket
                : null;
    }

    /** Sends what the system takes at once, and writes and flushes the rest; the buffer remains the caller's. */
    public static void send(
            ChannelHandlerContext context,
            @Nullable Socket socket,
            @Nullable ChannelOutboundBuffer queue,
            ByteBuf shared,
            int from) {
        int rest = from;
        if (socket != null && queue != null) {
            rest += send(socket, queue, shared, from);
            if (rest == shared.writerIndex()) {
                return;
            }
        }
        // No pooled slice: it and its way back to the pool would be two more cold objects per member.
        context.writeAndFlush(shared.slice(rest, shared.writerIndex() - rest).retain(), context.voidPromise());
    }

    /** How many bytes the system took at once, from {@code from} to the writer index; what it did not is to be written. */
    static int send(Socket socket, ChannelOutboundBuffer queue, ByteBuf bytes, int from) {
        // Netty tells of a close in a later task; by then the number of the descriptor may be another client's.
        if (!socket.isOpen() || queue.totalPendingWriteBytes() > 0 || !bytes.hasMemoryAddress()) {
            return 0;
        }
        try {
            return socket.sendAddress(bytes.memoryAddress(), from, bytes.writerIndex());
        } catch (IOException broken) {
            // Netty will find the same, and knows what to do.
            return 0;
        }
    }
}
