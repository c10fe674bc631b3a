package dev.fanfara.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What an operation of the API answers: JSON, or nothing. Immutable. */
final class Answer {
    static final Answer NOTHING = new Answer(204, null);

    private final int status;
    private final @Nullable Buffer json;

    private Answer(int status, @Nullable Buffer json) {
        this.status = status;
        this.json = json;
    }

    static Answer of(byte[] json) {
        return new Answer(200, Buffer.buffer(json));
    }

    static Answer of(JsonObject json) {
        return new Answer(200, json.toBuffer());
    }

    static Answer of(JsonArray json) {
        return new Answer(200, json.toBuffer());
    }

    /** A problem that has more to say than others (RFC 9457 section 3.2). */
    static Answer of(Problem problem, @Nullable String requestId, JsonObject more) {
        JsonObject body = new JsonObject(Buffer.buffer(problem.body(requestId)));
        return new Answer(problem.status(), body.mergeIn(more).toBuffer());
    }

    void send(HttpServerResponse response) {
        response.setStatusCode(status);
        if (json == null) {
            response.end();
        } else {
            String type = status < 400 ? "application/json" : "application/problem+json";
            response.putHeader(HttpHeaders.CONTENT_TYPE, type).end(json);
        }
    }
}
