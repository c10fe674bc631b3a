package dev.fanfara.http.route;

import dev.fanfara.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A request to become a WebSocket, passed on. The upstream decides: its refusal is an answer like any other. Touched only
 * by its event loop.
 */
final class Upgrade {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final Passage passage;
    private final Consumer<Tunnel> onOpen;
    private final IntConsumer onRefused;
    private final UpstreamCall call;
    private boolean isOver;

    /**
     * @param onOpen hears of the WebSocket; that it closes is known there
     * @param onRefused hears the status the client got instead, or {@link Reply#BROKEN}
     */
    Upgrade(Vertx vertx, HttpServerRequest request, Passage passage, Consumer<Tunnel> onOpen, IntConsumer onRefused) {
        this.vertx = vertx;
        this.request = request;
        this.passage = passage;
        this.onOpen = onOpen;
        this.onRefused = onRefused;
        call = new UpstreamCall(
                vertx, passage.client(), passage.route(), HttpMethod.GET, passage.target(), true, this::say);
    }

    void begin() {
        request.response().exceptionHandler(gone -> clientLeft());
        request.response().closeHandler(gone -> clientLeft());
        request.resume();
        call.begin().onSuccess(this::answer).onFailure(this::refuse);
    }

    private Future<HttpClientResponse> say(Upstream upstream, HttpClientRequest to) {
        passage.headers(request, upstream, to.headers());
        to.putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE).putHeader(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET);
        return to.connect();
    }

    private void answer(HttpClientResponse answer) {
        if (isOver) {
            call.end(new IllegalStateException("nobody waits for it"));
        } else if (answer.statusCode() == SWITCHING_PROTOCOLS) {
            open(answer);
        } else if (Reply.isSound(answer)) {
            new Reply(request, answer, this::end).pass();
        } else {
            Problem broken = Problem.badGateway("The service gave an answer that cannot be passed on");
            call.end(broken);
            refuse(broken);
        }
    }

    private void open(HttpClientResponse answer) {
        isOver = true;
        HttpServerResponse response = request.response();
        PassedOn.answer(answer.headers(), response.headers());
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE)
                .putHeader(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET);
        request.toNetSocket()
                .onSuccess(client -> {
                    Tunnel tunnel = new Tunnel(
                            vertx, client, answer.netSocket(), passage.caller().identity());
                    onOpen.accept(tunnel);
                    tunnel.open();
                })
                .onFailure(gone -> {
                    call.end(gone);
                    onRefused.accept(Reply.BROKEN);
                });
    }

    private void refuse(Throwable failure) {
        if (!isOver) {
            Problem problem = Problem.of(failure);
            problem.answer(request.response());
            end(problem.status());
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
            onRefused.accept(status);
        }
    }
}
