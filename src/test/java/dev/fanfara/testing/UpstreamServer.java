package dev.fanfara.testing;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A service behind the gateway: it tells what it was asked, and behaves as its paths are called. */
public final class UpstreamServer implements AutoCloseable {
    private static final int PART = 64 * 1024;

    private final Vertx vertx;
    private final String name;
    private final int port;
    private final HttpServer server;
    private final List<HttpServerResponse> held = new CopyOnWriteArrayList<>();
    private final List<ServerWebSocket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong streamed = new AtomicLong();
    private volatile boolean isWell = true;

    private UpstreamServer(Vertx vertx, String name, int port) {
        this.vertx = vertx;
        this.name = name;
        HttpServerOptions options = new HttpServerOptions().setHandle100ContinueAutomatically(true);
        server = vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .webSocketHandler(this::talk)
                .listen(port, "127.0.0.1")
                .await();
        this.port = server.actualPort();
    }

    /** @param port 0: a free one */
    public static UpstreamServer start(Vertx vertx, String name, int port) {
        return new UpstreamServer(vertx, name, port);
    }

    public String origin() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** How many requests reached it, health checks not counted. */
    public int asked() {
        return asked.get();
    }

    /** Bytes of {@code /stream} that it could write so far. */
    public long streamed() {
        return streamed.get();
    }

    public void isWell(boolean well) {
        isWell = well;
    }

    /** What waits at {@code /held}. */
    public List<HttpServerResponse> held() {
        return held;
    }

    public List<ServerWebSocket> sockets() {
        return sockets;
    }

    private void answer(HttpServerRequest request) {
        String path = request.path();
        if (path.equals("/health")) {
            request.response().setStatusCode(isWell ? 200 : 503).end();
            return;
        }
        asked.incrementAndGet();
        String last = path.substring(path.lastIndexOf('/') + 1);
        HttpServerResponse response = request.response();
        switch (last) {
            case "silent" -> {}
            case "held" -> held.add(response);
            case "unread" -> request.pause();
            case "sized" -> response.putHeader("Content-Length", "7").end();
            case "none" -> response.setStatusCode(204).end();
            case "unchanged" ->
                response.setStatusCode(304).putHeader("ETag", "\"1\"").end();
            case "hop" ->
                response.putHeader("Connection", "X-Internal")
                        .putHeader("X-Internal", "1")
                        .putHeader("Keep-Alive", "timeout=5")
                        .putHeader("Cache-Control", "public, max-age=soon")
                        .putHeader("Expires", "0")
                        .putHeader((CharSequence) "Set-Cookie", List.<CharSequence>of("a=1", "b=2"))
                        .end("hop");
            case "moved" ->
                response.setStatusCode(302).putHeader("Location", "/elsewhere").end();
            case "teapot" -> response.setStatusCode(418).end("short and stout");
            case "cut" ->
                response.putHeader("Content-Length", "1000")
                        .write("half of it")
                        .onSuccess(written -> request.connection().close());
            case "cut-chunked" ->
                response.setChunked(true)
                        .write("half of it")
                        .onSuccess(written -> request.connection().close());
            case "hangup" -> request.connection().close();
            case "early" -> response.setStatusCode(409).end("enough");
            case "stream" -> {
                response.setChunked(true);
                stream(response, Integer.parseInt(request.getParam("parts")));
            }
            default -> request.body().onSuccess(body -> describe(request, body));
        }
    }

    private void describe(HttpServerRequest request, Buffer body) {
        JsonObject headers = new JsonObject();
        for (Map.Entry<String, String> header : request.headers()) {
            String key = header.getKey().toLowerCase(java.util.Locale.ROOT);
            headers.put(key, headers.getJsonArray(key, new JsonArray()).add(header.getValue()));
        }
        request.response()
                .putHeader("X-Server", name)
                .end(new JsonObject()
                        .put("server", name)
                        .put("method", request.method().name())
                        .put("uri", request.uri())
                        .put("headers", headers)
                        .put("length", body.length())
                        .put("body", body.length() < 1000 ? body.toString() : "")
                        .encode());
    }

    private void stream(HttpServerResponse response, int parts) {
        if (parts == 0) {
            response.end();
            return;
        }
        response.write(Buffer.buffer(new byte[PART])).onSuccess(written -> {
            streamed.addAndGet(PART);
            stream(response, parts - 1);
        });
    }

    private void talk(ServerWebSocket socket) {
        sockets.add(socket);
        socket.textMessageHandler(text -> {
            switch (text) {
                case "who" ->
                    socket.writeTextMessage(new JsonObject()
                            .put("uri", socket.uri())
                            .put("user", socket.headers().get("X-Fanfara-User"))
                            .encode());
                case "flood" -> flood(socket, 320);
                case "bye" -> socket.close((short) 4321, "as you like");
                default -> socket.writeTextMessage(text);
            }
        });
        socket.binaryMessageHandler(socket::writeBinaryMessage);
    }

    private void flood(ServerWebSocket socket, int parts) {
        if (parts > 0) {
            socket.writeBinaryMessage(Buffer.buffer(new byte[PART])).onSuccess(written -> {
                streamed.addAndGet(PART);
                flood(socket, parts - 1);
            });
        }
    }

    @Override
    public void close() {
        server.close().await();
    }

    /** In a process that is not well: connections are refused from now on. */
    public UpstreamServer restarted() {
        return new UpstreamServer(vertx, name, port);
    }
}
