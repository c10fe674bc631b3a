package dev.fanfara.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A running gateway, as its HTTP API and its streams show it. Any thread. */
final class Remote {
    private static final Duration TO_CONNECT = Duration.ofSeconds(5);
    /** The head of an answer; a stream's body may take for ever. */
    private static final Duration TO_ANSWER = Duration.ofSeconds(15);

    private static final int NO_CONTENT = 204;
    private static final int REFUSED = 400;
    private static final int MAX_PROBLEM = 64 * 1024;

    private final HttpClient http;
    private final String url;
    private final Map<String, String> credentials;

    /** {@code url} has no slash at its end; {@code credentials} are headers. */
    Remote(String url, Map<String, String> credentials, boolean anyCertificate) {
        this.url = url;
        this.credentials = Map.copyOf(credentials);
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TO_CONNECT);
        if (url.startsWith("http:")) {
            client.sslContext(NoTls.context());
        } else if (anyCertificate) {
            client.sslContext(AnyCertificate.context());
        }
        http = client.build();
    }

    /** A part of a path or of a query. */
    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonObject get(String path) throws CommandFailure, InterruptedException {
        return json(request(path).build());
    }

    JsonObject send(String method, String path, String json, @Nullable String key)
            throws CommandFailure, InterruptedException {
        HttpRequest.Builder request =
                request(path).header("Content-Type", "application/json").method(method, BodyPublishers.ofString(json));
        return json((key == null ? request : request.header("Idempotency-Key", key)).build());
    }

    /** A stream of events after this place; null if the gateway says that there is no more to hear. */
    @Nullable
    InputStream events(String query, @Nullable String cursor) throws CommandFailure, InterruptedException {
        HttpRequest.Builder request = request("/sse?" + query).header("Accept", "text/event-stream");
        if (cursor != null) {
            request.header("Last-Event-ID", cursor);
        }
        HttpResponse<InputStream> answer = answer(request.build());
        return answer.statusCode() == NO_CONTENT ? null : answer.body();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(TO_ANSWER);
        credentials.forEach(request::header);
        return request;
    }

    private JsonObject json(HttpRequest request) throws CommandFailure, InterruptedException {
        try (InputStream body = answer(request).body()) {
            return new JsonObject(new String(body.readAllBytes(), StandardCharsets.UTF_8));
        } catch (DecodeException other) {
            throw new CommandFailure(url + ": what answers there is no Fanfara gateway", false, null);
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    private HttpResponse<InputStream> answer(HttpRequest request) throws CommandFailure, InterruptedException {
        HttpResponse<InputStream> answer;
        try {
            answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException failure) {
            throw unreachable(failure);
        }
        if (answer.statusCode() < REFUSED) {
            return answer;
        }
        try (InputStream body = answer.body()) {
            throw RemoteRefusal.of(
                    answer.statusCode(),
                    new String(body.readNBytes(MAX_PROBLEM), StandardCharsets.UTF_8),
                    answer.headers().firstValue("Retry-After").orElse(null));
        } catch (IOException failure) {
            throw unreachable(failure);
        }
    }

    CommandFailure unreachable(IOException failure) {
        return new CommandFailure(url + ": " + why(failure), true, null);
    }

    private static String why(IOException failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "there is no host of this name";
            }
        }
        if (failure instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (failure instanceof ConnectException) {
            return "nobody listens there (connection refused)";
        }
        if (failure instanceof SSLException) {
            return "TLS: " + failure.getMessage();
        }
        return failure.getMessage() == null ? "the connection broke" : failure.getMessage();
    }
}
