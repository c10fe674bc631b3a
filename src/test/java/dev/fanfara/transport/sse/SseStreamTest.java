package dev.fanfara.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.Pipelines;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link SseStream} relies on inside Vert.x when it takes a request's socket over: red when it moves. */
class SseStreamTest {
    private static final String REQUEST = "GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<ChannelPipeline> taken = new CompletableFuture<>();
    private final CompletableFuture<SseStream> opened = new CompletableFuture<>();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsWrittenAreTheBodysBytesUntilItEnds(boolean tls) throws Exception {
        try (Socket client = connect(serve(tls), tls)) {
            client.setSoTimeout(10_000);
            say(client, REQUEST);
            SseStream stream = get(opened);
            ChannelPipeline pipeline = get(taken);
            CompletableFuture<Void> gone = new CompletableFuture<>();
            pipeline.channel().eventLoop().execute(() -> {
                stream.write(Unpooled.copiedBuffer("a", StandardCharsets.US_ASCII));
                stream.flush();
                stream.send(Unpooled.copiedBuffer("xb", StandardCharsets.US_ASCII), 1);
                stream.ping();
                stream.close(CloseReason.NO_MAJORITY).onComplete(done -> gone.complete(null));
            });

            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .containsIgnoringCase("connection: close\r\n")
                    .matches("(?s).*\r\n\r\nretry: \\d{4}\n\nab:\n\n$");
            get(gone);
            assertThat(pipeline.names()).noneMatch(name -> name.equals("handler"));
        }
    }

    @Test
    void nothingOfVertxIsLeftAndWhatTheClientSaysIsDropped() throws Exception {
        try (Socket client = connect(serve(false), false)) {
            say(client, REQUEST + REQUEST + "no HTTP at all");
            ChannelPipeline pipeline = get(taken);
            say(client, "more");
            get(opened);

            // Ours, and Netty's own tail.
            assertThat(pipeline.names()).hasSize(2);
            readHead(client.getInputStream());
            pipeline.channel().eventLoop().execute(() -> opened.join().ping());
            assertThat(new String(client.getInputStream().readNBytes(3), StandardCharsets.US_ASCII))
                    .isEqualTo(":\n\n");
        }
        assertThat(get(taken).channel().closeFuture().await(10, TimeUnit.SECONDS))
                .isTrue();
    }

    private static void readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().matches("(?s).*retry: \\d+\n\n")) {
            head.append((char) in.read());
        }
    }

    private static void say(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    private int serve(boolean tls) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setSsl(tls);
        if (tls) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setCertPath("src/test/resources/tls/localhost.crt")
                    .setKeyPath("src/test/resources/tls/localhost.key"));
        }
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            ChannelPipeline pipeline = Pipelines.of(request.connection());
            SseStream stream = new SseStream((ContextInternal) vertx.getOrCreateContext());
            assertThat(stream.takeOver(request)).isTrue();
            stream.flush();
            taken.complete(pipeline);
            opened.complete(stream);
        });
        return await(server.listen(0)).actualPort();
    }

    private static Socket connect(int port, boolean tls) throws Exception {
        if (!tls) {
            return SocketFactory.getDefault().createSocket("127.0.0.1", port);
        }
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
        return trusting.getSocketFactory().createSocket("127.0.0.1", port);
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static <T> T await(Future<T> future) {
        return get(future.toCompletionStage().toCompletableFuture());
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
