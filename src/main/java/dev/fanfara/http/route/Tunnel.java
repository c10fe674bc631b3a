package dev.fanfara.http.route;

import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket between a client and an upstream: bytes go both ways as they come, so extensions and subprotocols are these
 * two's own, and each is read no faster than the other takes it. When the gateway has to end it, its close frame goes out
 * where one frame ends and before the next. Touched only by its event loop.
 */
final class Tunnel {
    private static final int BROKEN = 1006;
    /** So long the two have for their goodbyes. */
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private static final int FINAL_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int MASK_LENGTH = 4;

    private final Vertx vertx;
    private final NetSocket client;
    private final NetSocket upstream;
    private final @Nullable Identity identity;
    private final Direction toClient;
    private final Direction toUpstream;
    private final Promise<Integer> closed = Promise.promise();
    private @Nullable CloseReason reason;

    Tunnel(Vertx vertx, NetSocket client, NetSocket upstream, @Nullable Identity identity) {
        this.vertx = vertx;
        this.client = client;
        this.upstream = upstream;
        this.identity = identity;
        toClient = new Direction(upstream, client);
        toUpstream = new Direction(client, upstream);
    }

    void open() {
        toClient.open();
        toUpstream.open();
        client.closeHandler(gone -> {
            upstream.close();
            closed.tryComplete(code());
        });
        // What is on its way to the client still gets there.
        upstream.closeHandler(gone -> client.end());
    }

    /** Hears the close code, as far as the gateway could see one. */
    Future<Integer> closed() {
        return closed.future();
    }

    private int code() {
        if (reason != null) {
            return reason.code();
        }
        int seen = toClient.frames.closeCode();
        return seen == 0 ? BROKEN : seen;
    }

    /** Ends it if its token is not good any more. */
    void check(Settings settings, Instant now) {
        if (identity == null) {
            return;
        }
        Instant expires = identity.expires();
        if (settings.tokens().revocations().refuse(identity)) {
            close(CloseReason.TOKEN_REVOKED);
        } else if (expires != null
                && now.isAfter(expires.plus(settings.config().auth().leeway()))) {
            close(CloseReason.TOKEN_EXPIRED);
        }
    }

    void close(CloseReason why) {
        if (reason == null && !closed.future().isComplete()) {
            reason = why;
            toClient.sayGoodbye(goodbye(why, false));
            toUpstream.sayGoodbye(goodbye(why, true));
            vertx.setTimer(GOODBYE.toMillis(), late -> client.close());
        }
    }

    /** A close frame; what goes to a server is masked, and a mask of zeros changes nothing (RFC 6455 section 5.3). */
    private static Buffer goodbye(CloseReason why, boolean masked) {
        byte[] text = why.text().getBytes(StandardCharsets.UTF_8);
        int length = 2 + text.length;
        Buffer frame =
                Buffer.buffer().appendByte((byte) FINAL_CLOSE).appendByte((byte) (masked ? MASKED | length : length));
        if (masked) {
            frame.appendBytes(new byte[MASK_LENGTH]);
        }
        return frame.appendShort((short) why.code()).appendBytes(text);
    }

    private static final class Direction {
        private final NetSocket from;
        private final NetSocket to;
        private final FrameBoundaries frames = new FrameBoundaries();
        private @Nullable Buffer goodbye;
        private boolean isOver;

        Direction(NetSocket from, NetSocket to) {
            this.from = from;
            this.to = to;
        }

        void open() {
            from.exceptionHandler(broken -> from.close());
            from.handler(this::pass);
            from.resume();
        }

        private void pass(Buffer bytes) {
            if (isOver) {
                return;
            }
            int between = frames.pass(bytes);
            if (goodbye != null && between != FrameBoundaries.NONE) {
                to.write(bytes.slice(0, between));
                end(goodbye);
                return;
            }
            to.write(bytes);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(taken -> from.resume());
            }
        }

        void sayGoodbye(Buffer frame) {
            if (frames.isBetween()) {
                end(frame);
            } else {
                goodbye = frame;
            }
        }

        private void end(Buffer frame) {
            isOver = true;
            to.write(frame);
        }
    }
}
