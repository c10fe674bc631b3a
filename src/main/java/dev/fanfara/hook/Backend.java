package dev.fanfara.hook;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The way to a backend: one signed POST, answered in time and briefly, from that address and no other. Any thread. */
final class Backend {
    static final int MAX_ANSWER = 64 * 1024;

    private static final int CONNECTIONS = 64;
    /** More would wait longer than they may take. */
    private static final int MAX_WAITING = 1_000;

    private static final int MAX_HEADERS = 16 * 1024;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    private final HttpClient client;

    /** @param id the same whenever the same is said again, so that a backend can tell */
    record Message(
            String url,
            byte[] secret,
            String id,
            byte[] body,
            @Nullable String traceParent) {}

    Backend(Vertx vertx) {
        client = vertx.createHttpClient(
                new HttpClientOptions().setMaxHeaderSize(MAX_HEADERS),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
    }

    /** What was answered with 200; empty with 204. Fails with anything else. */
    Future<Buffer> post(Message message, Duration timeout) {
        long millis = timeout.toMillis();
        long seconds = System.currentTimeMillis() / 1000;
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(message.url())
                .setFollowRedirects(false)
                .setConnectTimeout(millis)
                .putHeader("Content-Type", "application/json")
                .putHeader("webhook-id", message.id())
                .putHeader("webhook-timestamp", Long.toString(seconds))
                .putHeader("webhook-signature", Signature.of(message.secret(), message.id(), seconds, message.body()));
        if (message.traceParent() != null) {
            options.putHeader("traceparent", message.traceParent());
        }
        return client.request(options)
                .compose(post -> post.send(Buffer.buffer(message.body()))
                        .compose(Backend::body)
                        .timeout(millis, TimeUnit.MILLISECONDS)
                        .onFailure(failure -> post.reset()))
                .timeout(millis, TimeUnit.MILLISECONDS);
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        // Set first: Vert.x logs an error nobody handles, and giving up an answer is one.
        response.exceptionHandler(whole::tryFail);
        if (response.statusCode() != OK && response.statusCode() != NO_CONTENT) {
            return Future.failedFuture(new IOException("status " + response.statusCode()));
        }
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
            if (body.length() + chunk.length() > MAX_ANSWER) {
                whole.tryFail(new IOException("more than " + MAX_ANSWER + " bytes"));
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(end -> whole.tryComplete(body));
        return whole.future();
    }
}
