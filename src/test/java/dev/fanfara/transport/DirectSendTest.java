package dev.fanfara.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link DirectSend} relies on inside Netty: red when a new version changes it. */
class DirectSendTest {
    private static final int MIB = 1024 * 1024;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final CompletableFuture<Channel> accepted = new CompletableFuture<>();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void whatTheSystemDoesNotTakeGoesOnThroughNettyInOrder() throws Exception {
        try (java.net.Socket client = connect()) {
            Channel channel = accepted.get(10, TimeUnit.SECONDS);
            ByteBuf bytes = numbers(16 * MIB);

            int taken = onLoop(channel, () -> {
                int sent = send(channel, bytes, 0);
                channel.writeAndFlush(
                        bytes.slice(sent, bytes.writerIndex() - sent).retain());
                // Behind what waits in Netty's queue nothing may pass.
                assertThat(send(channel, bytes, 0)).isZero();
                return sent;
            });

            assertThat(taken).isBetween(1, 16 * MIB - 1);
            byte[] received = client.getInputStream().readNBytes(16 * MIB);
            for (int i = 0; i < received.length; i += 4) {
                assertThat(intAt(received, i)).isEqualTo(i);
            }
            bytes.release();
        }
    }

    @Test
    void nothingGoesToAClosedSocketWhoseNumberMayBeAnothers() throws Exception {
        try (java.net.Socket client = connect()) {
            Channel channel = accepted.get(10, TimeUnit.SECONDS);
            ByteBuf bytes = numbers(64);

            int taken = onLoop(channel, () -> {
                Socket socket = Objects.requireNonNull(DirectSend.socketOf(channel));
                var queue = channel.unsafe().outboundBuffer();
                channel.close();
                // The next socket of the process gets the number that is free now.
                try (java.net.Socket another = new java.net.Socket("127.0.0.1", client.getPort())) {
                    assertThat(another.isConnected()).isTrue();
                    return DirectSend.send(socket, queue, bytes, 0);
                }
            });

            assertThat(taken).isZero();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            bytes.release();
        }
    }

    @Test
    void aBrokenSocketIsLeftToNetty() throws Exception {
        java.net.Socket client = connect();
        Channel channel = accepted.get(10, TimeUnit.SECONDS);
        ByteBuf bytes = numbers(MIB);

        boolean left = onLoop(channel, () -> {
            // To close with input unread, or while more comes, resets the connection.
            client.setSoLinger(true, 0);
            client.close();
            return send(channel, bytes, 0) == 0;
        });
        channel.writeAndFlush(bytes);

        assertThat(left).isTrue();
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void withTlsAndWithOtherTransportsThereIsNoShortWay() throws Exception {
        try (java.net.Socket client = connect()) {
            Channel channel = accepted.get(10, TimeUnit.SECONDS);
            assertThat(DirectSend.socketOf(channel)).isNotNull();

            SslContext tls = SslContextBuilder.forClient().build();
            onLoop(channel, () -> channel.pipeline().addFirst(tls.newHandler(channel.alloc())));

            assertThat(DirectSend.socketOf(channel)).isNull();
            assertThat(client.isConnected()).isTrue();
        }
        assertThat(DirectSend.socketOf(new NioSocketChannel())).isNull();
    }

    private static int send(Channel channel, ByteBuf bytes, int from) {
        Socket socket = Objects.requireNonNull(DirectSend.socketOf(channel));
        return DirectSend.send(socket, channel.unsafe().outboundBuffer(), bytes, from);
    }

    private java.net.Socket connect() throws Exception {
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted.complete(channel);
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return new java.net.Socket("127.0.0.1", ((InetSocketAddress) server.localAddress()).getPort());
    }

    private static ByteBuf numbers(int length) {
        ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(length);
        for (int i = 0; i < length; i += 4) {
            bytes.writeInt(i);
        }
        return bytes;
    }

    private static int intAt(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | (bytes[at + 3] & 0xFF);
    }

    private static <T> T onLoop(Channel channel, Callable<T> task) throws Exception {
        return channel.eventLoop().submit(task).get(10, TimeUnit.SECONDS);
    }
}
