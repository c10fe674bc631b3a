package dev.fanfara.http.route;

import dev.fanfara.http.Problem;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * One request and its answer. Each side is read no faster than the other takes it, and if either goes, so does the other.
 * Touched only by its event loop.
 */
final class Exchange {
    /** What may be done twice (RFC 9110 section 9.2.2), as far as no body would have to be kept for it. */
    private static final Set<HttpMethod> REPEATABLE =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

    private static final Set<HttpMethod> WITH_BODY = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final HttpServerRequest request;
    private final Passage passage;
    private final Listener listener;
    private final boolean hasBody;
    private final UpstreamCall call;
    private long received;
    private long headNanos;
    private boolean isOver;

    /** Hears once how it ended. */
    interface Listener {
        /**
         * @param status what the client got, or {@link Reply#BROKEN}
         * @param headNanos when there was something to answer, by {@link System#nanoTime}
         */
        void onEnd(int status, long headNanos);
    }

    Exchange(HttpServerRequest request, Passage passage, Vertx vertx, Listener listener) {
        this.request = request;
        this.passage = passage;
        this.listener = listener;
        hasBody = Gatekeeper.hasBody(request);
        boolean mayRepeat = !hasBody && REPEATABLE.contains(request.method());
        call = new UpstreamCall(
                vertx, passage.client(), passage.route(), request.method(), passage.target(), mayRepeat, this::say);
    }

    void begin() {
        request.response().exceptionHandler(gone -> clientLeft());
        request.response().closeHandler(gone -> clientLeft());
        request.exceptionHandler(broken -> clientLeft());
        call.begin().onSuccess(this::answer).onFailure(this::refuse);
    }

    private Future<HttpClientResponse> say(Upstream upstream, HttpClientRequest to) {
        passage.headers(request, upstream, to.headers());
        if (!hasBody) {
            if (WITH_BODY.contains(request.method())) {
                to.putHeader(HttpHeaders.CONTENT_LENGTH, "0");
            }
            request.resume();
            return to.send();
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            to.setChunked(true);
        } else {
            to.putHeader(HttpHeaders.CONTENT_LENGTH, length);
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(part -> passOn(part, to));
        request.endHandler(end -> {
            to.end();
            call.restartTime();
        });
        // An upstream may answer, and be rid of us, before it has heard all.
        to.exceptionHandler(broken -> dropTheRest());
        request.resume();
        return to.response();
    }

    private void passOn(Buffer part, HttpClientRequest to) {
        received += part.length();
        if (received > passage.route().rule().maxBody()) {
            call.end(tooLarge(passage.route()));
            return;
        }
        to.write(part);
        if (to.writeQueueFull()) {
            request.pause();
            to.drainHandler(taken -> request.resume());
        }
    }

    static Problem tooLarge(Route route) {
        return Problem.tooLarge("Expected a body of at most " + route.rule().maxBody() + " bytes");
    }

    private void answer(HttpClientResponse answer) {
        headNanos = System.nanoTime();
        if (isOver) {
            call.end(new IllegalStateException("nobody waits for it"));
        } else if (!Reply.isSound(answer)) {
            Problem broken = Problem.badGateway("The service gave an answer that cannot be passed on");
            call.end(broken);
            refuse(broken);
        } else {
            new Reply(request, answer, this::end).pass();
        }
    }

    private void refuse(Throwable failure) {
        if (isOver) {
            return;
        }
        Problem problem = Problem.of(failure);
        dropTheRest();
        if (problem.status() == 413) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        headNanos = System.nanoTime();
        problem.answer(request.response());
        end(problem.status());
    }

    /** What is left of the body is read, for the next request is behind it, or dies at its deadline. */
    private void dropTheRest() {
        if (hasBody && !request.isEnded()) {
            request.handler(part -> {});
            request.resume();
        }
    }

    private void clientLeft() {
        if (!isOver) {
            call.end(new IllegalStateException("the client left"));
            end(Reply.BROKEN);
        }
    }

    private void end(int status) {
        if (!isOver) {
            isOver = true;
            if (hasBody && !request.isEnded()) {
                dropTheRest();
                call.end(new IllegalStateException("all is said"));
            }
            listener.onEnd(status, headNanos);
        }
    }
}
