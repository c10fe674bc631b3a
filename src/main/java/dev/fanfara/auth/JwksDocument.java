package dev.fanfara.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Fetches one key set: within 3 s, at most 1 MiB, from that address and no other. Any thread. */
final class JwksDocument {
    static final int MAX_BYTES = 1 << 20;
    /** A set of more keys than any rotation needs is a mistake, and every key costs memory. */
    static final int MAX_KEYS = 64;

    private static final long TIMEOUT_MS = 3_000;

    /** Kept here because Vert.x closes the connections of a client that nobody holds. */
    private final HttpClient client;

    private final RequestOptions request;

    JwksDocument(Vertx vertx, URI url) {
        client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) TIMEOUT_MS)
                .setKeepAlive(false)
                .setMaxHeaderSize(16 * 1024));
        request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url.toString())
                .setFollowRedirects(false)
                .putHeader("Accept", "application/jwk-set+json, application/json");
    }

    /** @throws UnusableKey if keys from there could be replaced on the way */
    static URI address(String url, String name) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException malformed) {
            throw new UnusableKey(name + ": jwks is not a URL");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        boolean safe = host != null && (scheme.equals("https") || (scheme.equals("http") && isLoopback(host)));
        if (!safe || uri.getUserInfo() != null) {
            throw new UnusableKey(name + ": jwks must be an https URL, or http on loopback, without a password");
        }
        return uri;
    }

    Future<List<JsonObject>> fetch() {
        return client.request(new RequestOptions(request))
                .compose(get -> get.send()
                        .compose(JwksDocument::body)
                        .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                        .onFailure(failure -> get.reset()))
                .timeout(TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .compose(JwksDocument::keys);
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        // Set first: Vert.x logs an error nobody handles, and giving up an answer is one.
        response.exceptionHandler(whole::tryFail);
        if (response.statusCode() != 200) {
            return Future.failedFuture(new IOException("status " + response.statusCode()));
        }
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
            if (body.length() + chunk.length() > MAX_BYTES) {
                whole.tryFail(new IOException("more than " + MAX_BYTES + " bytes"));
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(end -> whole.tryComplete(body));
        return whole.future();
    }

    private static Future<List<JsonObject>> keys(Buffer body) {
        JsonObject set = StrictJson.object(body.getBytes()).orElseGet(JsonObject::new);
        if (!(set.getValue("keys") instanceof JsonArray entries)) {
            return Future.failedFuture(new IOException("no JSON object with a list of keys"));
        }
        if (entries.size() > MAX_KEYS) {
            return Future.failedFuture(new IOException("more than " + MAX_KEYS + " keys"));
        }
        List<JsonObject> keys = new ArrayList<>(entries.size());
        for (Object entry : entries) {
            if (entry instanceof JsonObject key) {
                keys.add(key);
            }
        }
        return Future.succeededFuture(List.copyOf(keys));
    }
}
