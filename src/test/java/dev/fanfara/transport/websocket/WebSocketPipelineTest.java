package dev.fanfara.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.RawSocket;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link WebSocketPipeline} relies on inside Vert.x and Netty: one test per touch point, red when it moves. */
class WebSocketPipelineTest {
    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<ChannelPipeline> taken = new CompletableFuture<>();
    private final CompletableFuture<Boolean> isInternal = new CompletableFuture<>();
    private final CompletableFuture<Boolean> hasDecoder = new CompletableFuture<>();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void anUpgradedSocketOfVertxGivesItsPipeline() {
        try (RawSocket client = RawSocket.upgraded(serve(), "/")) {
            client.sends(true, RawSocket.PING, new byte[0]);
            assertThat(get(isInternal)).isTrue();
        }
    }

    @Test
    void nettyNamesItsFrameDecoderAsWeExpect() {
        try (RawSocket client = RawSocket.upgraded(serve(), "/")) {
            client.sends(true, RawSocket.PING, new byte[0]);
            assertThat(get(hasDecoder)).isTrue();
        }
    }

    @Test
    void nothingOfVertxIsLeftInThePipelineAfterwards() {
        try (RawSocket client = RawSocket.upgraded(serve(), "/")) {
            assertThat(client.says("hello").readUntil(RawSocket.TEXT).text()).isEqualTo("hello");

            Eventually.holds(() -> assertThat(get(taken).names())
                    .startsWith("wsdecoder")
                    .hasSize(2)); // the second is Netty's own tail
        }
    }

    private int serve() {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(request -> request.toWebSocket().onSuccess(socket -> {
                    isInternal.complete(socket instanceof WebSocketInternal);
                    ChannelPipeline pipeline =
                            ((WebSocketInternal) socket).channelHandlerContext().pipeline();
                    hasDecoder.complete(pipeline.get(WebSocketPipeline.DECODER) instanceof WebSocketFrameDecoder);
                    ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
                    WebSocketPipeline.takeOver(
                            socket, new EchoSocket(context, Terms.of(1024, Deflate.NONE), null, code -> {}));
                    taken.complete(pipeline);
                }));
        return await(server.listen(0)).actualPort();
    }

    private static <T> T await(Future<T> future) {
        return get(future.toCompletionStage().toCompletableFuture());
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
