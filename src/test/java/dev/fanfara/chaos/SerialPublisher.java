package dev.fanfara.chaos;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A member who says one thing after the other, each until it is acknowledged or no longer worth it. Touched only by the
 * crowd's event loop.
 */
final class SerialPublisher {
    private static final long PATIENCE_MS = 3000;

    private final Crowd crowd;
    private final Member member;
    private long sequence;
    private @Nullable Publication current;
    private int attempts;

    SerialPublisher(Crowd crowd, Member member) {
        this.crowd = crowd;
        this.member = member;
    }

    /** Time for another one, if the last is out of the way. */
    void tick() {
        Publication last = current;
        if (last != null && System.nanoTime() - last.at() > TimeUnit.SECONDS.toNanos(Crowd.WORTH_SECONDS)) {
            crowd.gaveUp();
            current = null;
        }
        if (current == null && crowd.isPublishing()) {
            current = crowd.publication(member.room(), Publication.IN_ORDER, ++sequence);
            goOn();
        }
    }

    /** Says it, perhaps again. */
    void goOn() {
        Publication publication = current;
        if (publication == null) {
            return;
        }
        int attempt = ++attempts;
        JsonObject command = new JsonObject()
                .put("type", "message")
                .put("id", publication.id())
                .put("key", publication.key())
                .put("echo", true)
                .put("data", new JsonObject(publication.json()));
        if (member.says(command)) {
            crowd.journal().write(new Event.Said(System.nanoTime(), publication.id(), member.node()));
            crowd.later(PATIENCE_MS, () -> {
                if (attempt == attempts && current == publication) {
                    member.leave();
                }
            });
        }
    }

    void acked(JsonObject ack) {
        Publication publication = current;
        int id = ack.getInteger("id");
        crowd.acked(id, ack, member.node());
        if (publication != null && publication.id() == id) {
            current = null;
            crowd.answered();
        }
    }

    void refused(JsonObject error) {
        Publication publication = current;
        if (publication == null || !(error.getValue("id") instanceof Integer id) || id != publication.id()) {
            return;
        }
        crowd.journal()
                .write(new Event.Refused(System.nanoTime(), publication.id(), error.getString("code"), member.node()));
        int attempt = attempts;
        crowd.later(error.getLong("retryAfter", crowd.jitter() / 2), () -> {
            if (attempt == attempts) {
                goOn();
            }
        });
    }
}
