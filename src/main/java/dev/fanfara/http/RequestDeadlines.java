package dev.fanfara.http;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.transport.Pipelines;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose client takes too long over a request. Event loop only.
 *
 * <p>An idle time-out is no defence: a client that sends one byte now and then is never idle and holds its connection for
 * ever (slow-loris). These are absolute: so long for a request's head from its first byte (from accept, for the first
 * one), so long for its body, so long for doing nothing in between. While an answer is awaited the next move is ours and
 * no deadline runs, so that a long poll or a stream may last.
 *
 * <p>One timer per connection at most. It is not moved when a deadline moves further away: when it fires it looks whether
 * there is still time, so a request on a busy connection costs no timer at all.
 *
 * <p>It also sees to it that after {@code Connection: close}, whoever says it, there is one answer and no more, which
 * Vert.x leaves to us in part; and that this answer arrives. To close a socket while the client is still sending resets
 * it, and a reset makes the client's system throw away what it has not read yet: so we stop sending first, and drop what
 * comes for a moment (RFC 9112 section 9.6).
 */
final class RequestDeadlines extends ChannelDuplexHandler {
    /** How long a client may take; {@code head} counts from accept for the first request. Immutable. */
    record Limits(Duration head, Duration body, Duration idle) {
        static final Duration BODY = Duration.ofSeconds(10);
        /** A little longer than what most proxies keep idle connections for, so that they end them and not we. */
        static final Duration IDLE = Duration.ofSeconds(75);
    }

    /** What of a request has arrived. */
    private enum Phase {
        BETWEEN,
        HEAD,
        BODY
    }

    private static final String NAME = "requestDeadlines";
    private static final String BYTES = "requestBytes";

    private static final Duration LINGER = Duration.ofSeconds(1);

    private static final byte[] TIMED_OUT = timedOut();

    private final Limits limits;
    private final Runnable onEnd;
    private Phase phase = Phase.HEAD;
    private boolean anyByte;
    private FoldedLines folded = new FoldedLines();
    /** Since when the client has been expected to do the next thing. */
    private long since = System.nanoTime();
    /** Requests whose head has arrived and whose answer has not ended. */
    private int unanswered;

    private boolean answerBegun;
    /** No request after those that have come. */
    private boolean lastRequest;
    /** No answer after the one that has begun or ended. */
    private boolean lastAnswer;
    /** The last answer has been written to its end. */
    private boolean said;

    /** Nothing is said or heard any more. */
    private boolean over;

    private boolean lingering;
    private @Nullable ScheduledFuture<?> timer;
    private long timerAt;

    private RequestDeadlines(Limits limits, Runnable onEnd) {
        this.limits = limits;
        this.onEnd = onEnd;
    }

    /** @param onEnd runs once, when the connection is closed or speaks something else */
    static void install(HttpConnection connection, Limits limits, Runnable onEnd) {
        ChannelPipeline pipeline = Pipelines.of(connection);
        RequestDeadlines deadlines = new RequestDeadlines(limits, onEnd);
        pipeline.addBefore(Pipelines.DECODER, BYTES, deadlines.new FirstByte());
        pipeline.addAfter(Pipelines.ENCODER, NAME, deadlines);
    }

    /** Once a connection speaks something else than HTTP. A 101 that passes does the same. */
    static void remove(ChannelPipeline pipeline) {
        remove(pipeline, BYTES);
        remove(pipeline, NAME);
    }

    private static void remove(ChannelPipeline pipeline, String name) {
        ChannelHandler handler = pipeline.get(name);
        if (handler != null) {
            pipeline.remove(handler);
        }
    }

    /** In front of the decoder, where a head that is not complete yet can be seen. */
    private final class FirstByte extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            anyByte = true;
            if (phase == Phase.BETWEEN) {
                enter(Phase.HEAD);
                folded = new FoldedLines();
            }
            if (phase == Phase.HEAD && folded.goesOn() && message instanceof ByteBuf bytes) {
                bytes.forEachByte(folded);
            }
            ctx.fireChannelRead(message);
        }
    }

    private void enter(Phase next) {
        phase = next;
        since = System.nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        watch(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            over |= lastRequest;
            if (!over) {
                if (folded.found()) {
                    request.setDecoderResult(DecoderResult.failure(new CorruptedFrameException("folded header")));
                }
                unanswered++;
                enter(Phase.BODY);
                lastRequest = !HttpUtil.isKeepAlive(request);
            }
        }
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        boolean requestEnds = message instanceof LastHttpContent;
        if (requestEnds) {
            enter(Phase.BETWEEN);
        }
        ctx.fireChannelRead(message);
        if (requestEnds && said) {
            close(ctx, ctx.newPromise());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        watch(ctx);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (over) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new VertxException("The request timed out", true));
            return;
        }
        if (message instanceof HttpResponse response) {
            if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                ctx.write(message, promise);
                remove(ctx.pipeline());
                return;
            }
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                ctx.write(message, promise);
                return;
            }
            begins(response);
        }
        if (message instanceof LastHttpContent) {
            answerEnds(ctx, message, promise);
        } else {
            ctx.write(message, promise);
        }
    }

    private void begins(HttpResponse answer) {
        answerBegun = true;
        lastAnswer = answer.headers().contains(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true);
        if (lastRequest && unanswered == 1) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        lastRequest |= lastAnswer;
    }

    private void answerEnds(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        answerBegun = false;
        unanswered--;
        since = System.nanoTime();
        if (lastAnswer || (lastRequest && unanswered == 0)) {
            // A body that still comes is read to its end or its deadline.
            ctx.write(message, promise.unvoid().addListener(written -> {
                said = true;
                if (phase != Phase.BODY) {
                    close(ctx, ctx.newPromise());
                }
            }));
        } else {
            ctx.write(message, promise);
        }
        watch(ctx);
    }

    /** Vert.x's own closing comes through here too. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        boolean canLinger = said
                && !lingering
                && ctx.channel().isActive()
                && ctx.channel() instanceof DuplexChannel
                && ctx.pipeline().get(SslHandler.class) == null;
        if (!canLinger) {
            ctx.close(promise);
            return;
        }
        lingering = true;
        over = true;
        cancelTimer();
        Pipelines.endOutput(ctx);
        ctx.channel().config().setAutoRead(true);
        timer = ctx.executor().schedule((Runnable) ctx::close, LINGER.toNanos(), TimeUnit.NANOSECONDS);
        ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
        ctx.fireChannelInactive();
    }

    /** Also when its channel is closed. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelTimer();
        onEnd.run();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** Empty while it is our turn. A second request that waits behind the first is not the client's delay. */
    private @Nullable Duration allowed() {
        if (phase == Phase.BODY) {
            return unanswered <= 1 ? limits.body : null;
        }
        if (unanswered > 0) {
            return null;
        }
        return phase == Phase.HEAD ? limits.head : limits.idle;
    }

    private void watch(ChannelHandlerContext ctx) {
        Duration allowed = allowed();
        if (allowed == null || over || !ctx.channel().isActive()) {
            return;
        }
        long deadline = since + allowed.toNanos();
        if (timer == null || deadline - timerAt < 0) {
            if (timer != null) {
                timer.cancel(false);
            }
            timerAt = deadline;
            timer = ctx.executor().schedule(() -> timerFires(ctx), deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void timerFires(ChannelHandlerContext ctx) {
        timer = null;
        Duration allowed = allowed();
        if (allowed == null || over) {
            return;
        }
        if (System.nanoTime() - since < allowed.toNanos()) {
            watch(ctx);
            return;
        }
        over = true;
        boolean asked = (phase == Phase.HEAD && anyByte) || (phase == Phase.BODY && unanswered > 0);
        if (asked && !answerBegun) {
            ctx.pipeline()
                    .context(Pipelines.ENCODER)
                    .writeAndFlush(Unpooled.wrappedBuffer(TIMED_OUT))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            ctx.close();
        }
    }

    private static byte[] timedOut() {
        Problem problem = new Problem(408, ErrorCode.BAD_REQUEST, "The request did not arrive in time");
        String body = new String(problem.body(null), StandardCharsets.UTF_8);
        String response = "HTTP/1.1 408 Request Timeout\r\n" + SecurityHeaders.lines()
                + "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nConnection: close\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        return response.getBytes(StandardCharsets.US_ASCII);
    }
}
