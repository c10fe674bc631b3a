package dev.fanfara.hook;

import dev.fanfara.config.EventsConfig;
import dev.fanfara.config.HooksConfig;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Timestamps;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the backend who came and went, and which rooms have members: in batches, one after the other, each until it is taken or was tried often enough.
 * What does not fit meanwhile is dropped and counted; what waits when the process dies is lost. Any thread.
 */
public final class HookEvents {
    static final int MAX_BYTES = 1 << 20;
    static final int MAX_BATCH = 500;

    private static final int ATTEMPTS = 8;
    private static final long GATHER_MS = 100;
    private static final long LONGEST_PAUSE_MS = 30_000;

    private final Vertx vertx;
    private final Backend backend;
    private final Supplier<HooksConfig> config;
    private final GatewayMetrics metrics;
    private final String node;

    /** All below are guarded by this. */
    private final Deque<byte[]> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private boolean sending;
    private @Nullable Promise<Void> whenEmpty;

    HookEvents(Vertx vertx, Backend backend, Supplier<HooksConfig> config, GatewayMetrics metrics, String node) {
        this.vertx = vertx;
        this.backend = backend;
        this.config = config;
        this.metrics = metrics;
        this.node = node;
    }

    public void connected(ConnectionId connection, String user, String transport, String address) {
        if (areWanted(EventsConfig.CONNECTED)) {
            add(event(EventsConfig.CONNECTED, connection, user, transport, address));
        }
    }

    public void disconnected(
            ConnectionId connection, String user, String transport, String address, int code, String reason) {
        if (areWanted(EventsConfig.DISCONNECTED)) {
            add(event(EventsConfig.DISCONNECTED, connection, user, transport, address)
                    .member("code", code)
                    .member("reason", reason));
        }
    }

    /** A room has its first member. */
    public void occupied(RoomName room) {
        tellOf(room, EventsConfig.ROOM_OCCUPIED);
    }

    /** It has none any more. */
    public void vacated(RoomName room) {
        tellOf(room, EventsConfig.ROOM_VACATED);
    }

    /** Whether events of this type are to be told. */
    public boolean areWanted(String type) {
        EventsConfig events = config.get().events();
        return events != null && events.types().contains(type);
    }

    private void tellOf(RoomName room, String type) {
        if (areWanted(type)) {
            add(event(type).member("room", room.value()));
        }
    }

    private static JsonWriter event(String type) {
        return new JsonWriter(256)
                .beginObject()
                .member("type", type)
                .member("timestamp", Timestamps.iso(System.currentTimeMillis()));
    }

    private static JsonWriter event(
            String type, ConnectionId connection, String user, String transport, String address) {
        return event(type)
                .member("connection", connection.value())
                .member("user", user)
                .member("transport", transport)
                .member("address", address);
    }

    private synchronized void add(JsonWriter event) {
        byte[] json = event.endObject().toBytes();
        if (waitingBytes + json.length > MAX_BYTES) {
            metrics.hookEventsDropped(1);
            return;
        }
        waiting.add(json);
        waitingBytes += json.length;
        if (!sending) {
            sending = true;
            vertx.setTimer(GATHER_MS, timer -> sendNext());
        }
    }

    /** Completes when nothing waits any more. */
    public synchronized Future<Void> settled() {
        if (!sending) {
            return Future.succeededFuture();
        }
        if (whenEmpty == null) {
            whenEmpty = Promise.promise();
        }
        return whenEmpty.future();
    }

    private synchronized void sendNext() {
        List<byte[]> batch = new ArrayList<>();
        while (!waiting.isEmpty() && batch.size() < MAX_BATCH) {
            byte[] event = waiting.remove();
            waitingBytes -= event.length;
            batch.add(event);
        }
        if (batch.isEmpty()) {
            sending = false;
            if (whenEmpty != null) {
                whenEmpty.complete();
                whenEmpty = null;
            }
            return;
        }
        JsonWriter body = new JsonWriter(1024)
                .beginObject()
                .member("type", "events")
                .member("timestamp", Timestamps.iso(System.currentTimeMillis()))
                .beginObject("data")
                .member("node", node)
                .beginArray("events");
        batch.forEach(body::element);
        byte[] json = body.endArray().endObject().endObject().toBytes();
        send(Hooks.messageId(), json, batch.size(), 1);
    }

    /** With the same id each time, by which a backend knows what it had already. */
    private void send(String id, byte[] body, int events, int attempt) {
        HooksConfig now = config.get();
        EventsConfig told = now.events();
        byte[] secret = now.key();
        if (told == null || secret == null) {
            dropped(events);
            return;
        }
        long began = System.nanoTime();
        backend.post(new Backend.Message(told.url(), secret, id, body, null), now.timeout())
                .onComplete(done -> {
                    Duration took = Duration.ofNanos(System.nanoTime() - began);
                    metrics.hook("events", done.succeeded() ? "allowed" : "failed", took);
                    if (done.succeeded()) {
                        sendNext();
                    } else if (attempt == ATTEMPTS) {
                        dropped(events);
                    } else {
                        long pause = Math.min(LONGEST_PAUSE_MS, 500L << attempt);
                        vertx.setTimer(pause, timer -> send(id, body, events, attempt + 1));
                    }
                });
    }

    private void dropped(int events) {
        metrics.hookEventsDropped(events);
        sendNext();
    }
}
