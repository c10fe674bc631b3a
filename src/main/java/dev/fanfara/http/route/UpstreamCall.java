package dev.fanfara.http.route;

import dev.fanfara.http.Problem;
import dev.fanfara.protocol.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One question to the upstreams of a route, until the head of an answer has come or time is up. One that cannot be
 * connected to has heard nothing, so the next is asked whatever the question is; one that breaks off later may have acted,
 * so only a question that may be repeated is asked a second time. Touched only by its event loop.
 */
final class UpstreamCall {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamCall.class);

    /** How the question is put, once there is somebody to hear it; ends when the head of the answer has come. */
    interface Speaker {
        Future<HttpClientResponse> say(Upstream upstream, HttpClientRequest request);
    }

    /** Vert.x counts them from 0, so what was never set would be somebody else's. */
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final HttpClient client;
    private final Route route;
    private final HttpMethod method;
    private final String target;
    private final Speaker speaker;
    private final Promise<HttpClientResponse> head = Promise.promise();
    private Deque<Upstream> next;
    private boolean mayRepeat;
    private boolean isOver;
    private long timer = NO_TIMER;
    private @Nullable HttpClientRequest current;

    UpstreamCall(
            Vertx vertx,
            HttpClient client,
            Route route,
            HttpMethod method,
            String target,
            boolean mayRepeat,
            Speaker speaker) {
        this.vertx = vertx;
        this.client = client;
        this.route = route;
        this.method = method;
        this.target = target;
        this.mayRepeat = mayRepeat;
        this.speaker = speaker;
        next = route.inTurn();
    }

    /** What is answered is paused. Fails with a {@link Problem}, or with what {@link #end} was told. */
    Future<HttpClientResponse> begin() {
        restartTime();
        askNext();
        return head.future();
    }

    /** The timeout begins anew: what took so long was the client. */
    void restartTime() {
        if (!isOver) {
            vertx.cancelTimer(timer);
            timer = vertx.setTimer(
                    route.rule().timeout().toMillis(),
                    late -> end(new Problem(504, ErrorCode.UNAVAILABLE, "The service did not answer in time")));
        }
    }

    /**
     * Nobody waits for it any more, or for the rest of its answer, or what should be said is not said to its end. To reset
     * the request is not enough: when the answer is whole and the question is not, Vert.x keeps the connection (5.0.10,
     * {@code Http1xClientConnection.reset}), and whatever is asked next would be taken for the rest of the body.
     */
    void end(Throwable why) {
        settle();
        if (current != null) {
            current.connection().close();
        }
        head.tryFail(why);
    }

    private void settle() {
        isOver = true;
        vertx.cancelTimer(timer);
    }

    private void askNext() {
        Upstream upstream = next.poll();
        if (upstream == null) {
            end(Problem.badGateway("The service cannot be reached"));
            return;
        }
        client.request(upstream.request(method, target))
                .onSuccess(request -> ask(upstream, request))
                .onFailure(failure -> unreachable(upstream, failure));
    }

    private void unreachable(Upstream upstream, Throwable failure) {
        if (upstream.unreachable()) {
            LOG.warn("route {}: {} cannot be reached: {}", route.name(), upstream, String.valueOf(failure));
        }
        if (!isOver) {
            askNext();
        }
    }

    private void ask(Upstream upstream, HttpClientRequest request) {
        upstream.reachable();
        if (isOver) {
            request.reset();
            return;
        }
        current = request;
        Future<HttpClientResponse> said;
        try {
            said = speaker.say(upstream, request);
        } catch (IllegalArgumentException unspeakable) {
            end(Problem.badRequest("A header of this request cannot be passed on"));
            return;
        }
        said.onComplete(answer -> {
            if (answer.succeeded()) {
                answer.result().pause();
                settle();
                head.tryComplete(answer.result());
            } else if (!isOver) {
                brokenOff(upstream, answer.cause());
            }
        });
    }

    private void brokenOff(Upstream upstream, Throwable failure) {
        LOG.debug("route {}: {} gave no answer", route.name(), upstream, failure);
        if (mayRepeat) {
            mayRepeat = false;
            next = next.isEmpty() ? route.inTurn() : next;
            askNext();
        } else {
            end(Problem.badGateway("The service broke off before it answered"));
        }
    }
}
