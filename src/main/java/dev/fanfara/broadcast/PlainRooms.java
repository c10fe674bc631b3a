package dev.fanfara.broadcast;

import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.memory.Heap;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.PublishKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rooms that remember nothing: what is published is told at once, here and to the other nodes with members, and at most
 * once. Touched only by the room service's event loop.
 */
final class PlainRooms {
    /** Rooms that may hold idempotency keys on one loop: keys outlive the room's members. */
    private static final int MAX_KEYED_ROOMS = 50_000;

    private final BroadcastVerticle service;
    private final Heap heap;
    private final GatewayMetrics metrics;
    private final Map<RoomName, PublishKeys> keys = new HashMap<>();

    PlainRooms(BroadcastVerticle service, Heap heap, GatewayMetrics metrics) {
        this.service = service;
        this.heap = heap;
        this.metrics = metrics;
    }

    /** A member wants it. */
    void publish(RoomMessage.Publish publish) {
        boolean duplicate = isRepeat(publish.room(), publish.key(), publish.payload());
        if (!duplicate) {
            deliver(
                    publish.room(),
                    publish.user(),
                    publish.payload(),
                    publish.echo() ? null : publish.connection(),
                    publish.acceptedNanos());
        }
        if (publish.id() != null) {
            ServerMessage ack = new ServerMessage.Ack(publish.id(), publish.room(), null, duplicate, null);
            service.tellEdge(publish.loop(), new EdgeMessage.Reply(publish.room(), publish.connection(), ack));
        }
    }

    /** A backend wants it. */
    Published publish(PublishRequest request) {
        boolean duplicate = isRepeat(request.room(), request.key(), request.payload());
        if (!duplicate) {
            deliver(request.room(), request.user(), request.payload(), null, request.acceptedNanos());
        }
        return new Published(duplicate, null);
    }

    private boolean isRepeat(RoomName room, @Nullable String key, Payload payload) {
        if (key == null) {
            return false;
        }
        if (keys.size() >= MAX_KEYED_ROOMS && !keys.containsKey(room)) {
            throw new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", PublishKeys.LIFE);
        }
        PublishKeys known = keys.computeIfAbsent(room, name -> new PublishKeys());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        boolean repeat = known.find(key, payload, millis) != null;
        if (!repeat) {
            if (heap.isLow()) {
                // The publication is gone in a moment, but its key stays for minutes.
                metrics.refusedForMemory();
                throw Heap.refusal();
            }
            known.take(key, payload, 0, millis);
        }
        return repeat;
    }

    private void deliver(
            RoomName room, @Nullable String user, Payload payload, @Nullable ConnectionId except, long acceptedNanos) {
        metrics.published();
        long timestamp = System.currentTimeMillis();
        ServerMessage message = new ServerMessage.Message(room, user, payload, timestamp, 0);
        service.say(room, new SharedMessage(message, acceptedNanos), except);
        service.forward(new Forwarded(room, user, payload, timestamp, null));
    }

    /** A publication that another node took. */
    void arrived(Forwarded said) {
        ServerMessage message =
                new ServerMessage.Message(said.room(), said.user(), said.payload(), said.timestamp(), 0);
        service.say(said.room(), new SharedMessage(message, 0), null);
    }

    /** {@code nowNanos} is {@link System#nanoTime}. */
    void sweep(long nowNanos) {
        keys.values().removeIf(room -> {
            room.expire(TimeUnit.NANOSECONDS.toMillis(nowNanos));
            return room.isEmpty();
        });
    }
}
