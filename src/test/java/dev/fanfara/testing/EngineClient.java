package dev.fanfara.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client of Engine.IO that polls, request by request as it is told. With several gateways each request goes to the next
 * one, as a load balancer without memory deals them out. In payloads {@code |} stands for the separator.
 */
public final class EngineClient {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<GatewayProcess> gateways;
    private final String path;
    private final String[] headers;
    private int requests;
    private @Nullable JsonObject handshake;

    private EngineClient(List<GatewayProcess> gateways, String path, String... headers) {
        this.gateways = gateways;
        this.path = path;
        this.headers = headers;
    }

    /** After a handshake that was accepted. {@code path} may have a query. */
    public static EngineClient open(List<GatewayProcess> gateways, String path, String... headers) {
        EngineClient client = new EngineClient(gateways, path, headers);
        HttpResponse<String> answer = client.send("GET", null, null, headers);
        if (answer.statusCode() != 200 || !answer.body().startsWith("0")) {
            throw new AssertionError(answer + answer.body());
        }
        client.handshake = new JsonObject(answer.body().substring(1));
        return client;
    }

    public JsonObject handshake() {
        if (handshake == null) {
            throw new IllegalStateException("no handshake yet");
        }
        return handshake;
    }

    public String sid() {
        return handshake().getString("sid");
    }

    public HttpResponse<String> poll() {
        return poll(headers);
    }

    /** With these headers in place of those of the handshake. */
    public HttpResponse<String> poll(String... others) {
        return send("GET", sid(), null, others);
    }

    public CompletableFuture<HttpResponse<String>> pollLater() {
        return HTTP.sendAsync(request("GET", sid(), null, headers), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String body) {
        return post(body, headers);
    }

    public HttpResponse<String> post(String body, String... others) {
        return send("POST", sid(), body, others);
    }

    /** What a poll brings, which must be there. */
    public String hears() {
        HttpResponse<String> answer = poll();
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer + answer.body());
        }
        return answer.body().replace('\u001e', '|');
    }

    /** Posts what must be taken. */
    public EngineClient says(String body) {
        HttpResponse<String> answer = post(body.replace('|', '\u001e'));
        if (answer.statusCode() != 200 || !answer.body().equals("ok")) {
            throw new AssertionError(answer + answer.body());
        }
        return this;
    }

    /** A WebSocket of this session. */
    public RawSocket socket() {
        return RawSocket.upgraded(next().port(), uri("websocket", sid()), headerLines());
    }

    private String[] headerLines() {
        String[] lines = new String[headers.length / 2];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = headers[2 * i] + ": " + headers[2 * i + 1];
        }
        return lines;
    }

    private GatewayProcess next() {
        return gateways.get(requests++ % gateways.size());
    }

    private String uri(String transport, @Nullable String sid) {
        return path + (path.contains("?") ? "&" : "?") + "EIO=4&transport=" + transport
                + (sid == null ? "" : "&sid=" + sid);
    }

    private HttpRequest request(String method, @Nullable String sid, @Nullable String body, String... shown) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(next().url() + uri("polling", sid)))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (shown.length > 0) {
            request.headers(shown);
        }
        return request.build();
    }

    private HttpResponse<String> send(String method, @Nullable String sid, @Nullable String body, String... shown) {
        try {
            return HTTP.send(request(method, sid, body, shown), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
