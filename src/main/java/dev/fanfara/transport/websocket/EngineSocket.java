package dev.fanfara.transport.websocket;

import dev.fanfara.metrics.GatewayMetrics;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import org.jspecify.annotations.Nullable;

/** A WebSocket for Engine.IO, which looks after its life itself and compresses nothing. */
public final class EngineSocket extends WebSocketWire implements MessageSocket {
    private final GatewayMetrics metrics;
    private @Nullable Listener listener;
    private boolean counted;

    private EngineSocket(ContextInternal vertxContext, Terms terms, GatewayMetrics metrics) {
        super(vertxContext, terms);
        this.metrics = metrics;
    }

    /** Whether it may be one was decided. Who wants to hear all of it listens at once. Fails if the client has gone. */
    public static Future<EngineSocket> accept(
            HttpServerRequest request, ContextInternal vertxContext, int maxMessage, GatewayMetrics metrics) {
        EngineSocket socket = new EngineSocket(vertxContext, Terms.of(maxMessage, Deflate.NONE), metrics);
        return WebSocketUpgrade.takeOver(request, socket).map(taken -> {
            socket.counted = true;
            metrics.engineSockets(1);
            return socket;
        });
    }

    @Override
    public void listen(Listener next) {
        listener = next;
    }

    @Override
    void onText(ByteBuf utf8) {
        if (listener != null) {
            listener.onText(utf8);
        }
    }

    @Override
    void onBinary(ByteBuf bytes) {
        if (listener != null) {
            listener.onBinary(bytes);
        }
    }

    @Override
    void onLife() {}

    @Override
    void onGone(int code) {
        if (counted) {
            metrics.engineSockets(-1);
        }
        if (listener != null) {
            listener.onGone(code);
        }
    }
}
