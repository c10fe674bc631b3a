package dev.fanfara.http.route;

import dev.fanfara.transport.Pipelines;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * An upstream's answer on its way to the client, no faster than the client takes it. One that breaks off is never ended as
 * if it were whole. Touched only by its event loop.
 */
final class Reply {
    /** In place of a status: the answer did not come to its end. */
    static final int BROKEN = 0;

    private final HttpServerRequest request;
    private final HttpServerResponse client;
    private final HttpClientResponse upstream;
    private final IntConsumer onEnd;

    /** @param onEnd hears the status once, or {@link #BROKEN} */
    Reply(HttpServerRequest request, HttpClientResponse upstream, IntConsumer onEnd) {
        this.request = request;
        this.client = request.response();
        this.upstream = upstream;
        this.onEnd = onEnd;
    }

    /** Anything but this is a mistake of the upstream: nobody asked for another protocol or another coding. */
    static boolean isSound(HttpClientResponse answer) {
        List<String> codings = answer.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
        return answer.statusCode() >= 200
                && (codings.isEmpty()
                        || (codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase("chunked")));
    }

    void pass() {
        int status = upstream.statusCode();
        client.setStatusCode(status);
        PassedOn.answer(upstream.headers(), client.headers());
        String length = upstream.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean isHead = request.method() == HttpMethod.HEAD;
        if (length != null && status != 204) {
            client.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        }
        if (isHead || status == 204 || status == 304) {
            upstream.exceptionHandler(broken -> {});
            upstream.resume();
            client.end();
            onEnd.accept(status);
            return;
        }
        if (length == null && request.version() != HttpVersion.HTTP_1_0) {
            client.setChunked(true);
        }
        upstream.handler(this::pass);
        upstream.endHandler(whole -> {
            client.end();
            onEnd.accept(status);
        });
        upstream.exceptionHandler(broken -> {
            cut();
            onEnd.accept(BROKEN);
        });
        if (length != null || client.isChunked()) {
            // Who listens to a stream of events waits for the head.
            client.writeHead();
        }
        upstream.resume();
    }

    private void pass(Buffer part) {
        client.write(part);
        if (client.writeQueueFull()) {
            upstream.pause();
            client.drainHandler(taken -> upstream.resume());
        }
    }

    /** To a client of HTTP/1.0 the end of the connection is the end of a body, so it must not look like one. */
    private void cut() {
        ChannelHandlerContext socket = Pipelines.of(request.connection()).context(Pipelines.ENCODER);
        if (request.version() == HttpVersion.HTTP_1_0 && socket != null) {
            Pipelines.cutOff(socket);
        } else {
            request.connection().close();
        }
    }
}
