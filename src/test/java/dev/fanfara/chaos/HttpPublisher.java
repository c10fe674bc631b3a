package dev.fanfara.chaos;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * A backend that publishes through its own node and does not wait; what is not acknowledged in time it repeats through
 * others, under the same key. Touched only by the crowd's event loop.
 */
final class HttpPublisher {
    private static final long PATIENCE_MS = 2000;

    private final Crowd crowd;
    private final Room room;
    private final int author;
    private final int home;
    private long sequence;

    HttpPublisher(Crowd crowd, Room room, int author, int home) {
        this.crowd = crowd;
        this.room = room;
        this.author = author;
        this.home = home;
    }

    void tick() {
        if (crowd.isPublishing()) {
            new Saying(crowd.publication(room, author, ++sequence)).through(home);
        }
    }

    private final class Saying {
        private final Publication publication;
        private boolean done;
        private int attempts;

        Saying(Publication publication) {
            this.publication = publication;
        }

        void through(int node) {
            if (done) {
                return;
            }
            if (System.nanoTime() - publication.at() > TimeUnit.SECONDS.toNanos(Crowd.WORTH_SECONDS)) {
                done = true;
                crowd.gaveUp();
                return;
            }
            int attempt = ++attempts;
            crowd.journal().write(new Event.Said(System.nanoTime(), publication.id(), node));
            crowd.http()
                    .request(request(node))
                    .compose(request -> request.send(body())
                            .compose(response ->
                                    response.body().map(answer -> answer(response.statusCode(), answer, node))))
                    .recover(lost -> Future.succeededFuture(false))
                    .onSuccess(acked -> {
                        if (!acked) {
                            crowd.later(crowd.jitter() / 4, () -> again(attempt));
                        }
                    });
            crowd.later(PATIENCE_MS, () -> again(attempt));
        }

        private void again(int attempt) {
            if (attempt == attempts) {
                through(crowd.anyNode());
            }
        }

        private boolean answer(int status, Buffer answer, int node) {
            if (status != 200) {
                crowd.journal().write(new Event.Refused(System.nanoTime(), publication.id(), "http " + status, node));
                return false;
            }
            crowd.acked(publication.id(), answer.toJsonObject(), node);
            if (!done) {
                done = true;
                crowd.answered();
            }
            return true;
        }

        private RequestOptions request(int node) {
            return crowd.requestTo(node)
                    .setMethod(room.keepsState() ? HttpMethod.PATCH : HttpMethod.POST)
                    .setURI("/api/rooms/" + room.name() + (room.keepsState() ? "/state" : "/messages"))
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Idempotency-Key", publication.key())
                    .putHeader("X-API-Key", Nodes.API_KEY);
        }

        private Buffer body() {
            return room.keepsState()
                    ? Buffer.buffer(publication.json())
                    : new JsonObject()
                            .put("data", new JsonObject(publication.json()))
                            .toBuffer();
        }
    }
}
