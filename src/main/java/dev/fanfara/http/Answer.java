package dev.fanfara.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What an operation of the API answers when it can: JSON, or nothing. Immutable. */
final class Answer {
    static final Answer NOTHING = new Answer(null);

    private final @Nullable Buffer json;

    private Answer(@Nullable Buffer json) {
        this.json = json;
    }

    static Answer of(byte[] json) {
        return new Answer(Buffer.buffer(json));
    }

    static Answer of(JsonObject json) {
        return new Answer(json.toBuffer());
    }

    static Answer of(JsonArray json) {
        return new Answer(json.toBuffer());
    }

    void send(HttpServerResponse response) {
        if (json == null) {
            response.setStatusCode(204).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(json);
        }
    }
}
