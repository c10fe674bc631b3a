package dev.fanfara.chaos;

import dev.fanfara.chaos.Event.Position;
import dev.fanfara.chaos.Event.Way;
import dev.fanfara.testing.MergePatch;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches one room, and after any loss comes back to any node and to the position reached. Touched only by
 * the crowd's event loop.
 */
final class Member {
    private static final String JOIN = "join";
    private static final String PRESENCE = "presence";
    private static final int LOST = 1006;
    private static final int LEFT = 1000;

    private final Crowd crowd;
    private final int index;
    private final Room room;

    private @Nullable SerialPublisher publisher;
    private @Nullable WebSocket socket;
    private int node;
    private boolean joined;
    private boolean leaving;
    /** Milliseconds the gateway asked to wait; 0 if it did not. */
    private long after;

    private String user = "";
    private @Nullable Position position;
    private @Nullable Position since;
    private JsonObject state = new JsonObject();

    Member(Crowd crowd, int index, Room room) {
        this.crowd = crowd;
        this.index = index;
        this.room = room;
    }

    void publishesBy(SerialPublisher own) {
        publisher = own;
    }

    int index() {
        return index;
    }

    Room room() {
        return room;
    }

    int node() {
        return node;
    }

    boolean isJoined() {
        return joined;
    }

    @Nullable
    Position position() {
        return position;
    }

    Journal.Standing standing() {
        return new Journal.Standing(index, room.index(), user, position, room.keepsState() ? state.copy() : null);
    }

    // Coming and going

    void connect(int to) {
        node = to;
        leaving = false;
        crowd.open(to).onSuccess(this::opened).onFailure(refused -> comeBack());
    }

    private void comeBack() {
        if (!crowd.isClosing()) {
            long wait = after > 0 ? after : crowd.jitter();
            after = 0;
            crowd.later(wait, () -> connect(crowd.anyNode()));
        }
    }

    private void opened(WebSocket open) {
        socket = open;
        open.textMessageHandler(text -> {
            for (JsonObject message : crowd.seam().pass(this, new JsonObject(text))) {
                hears(message);
            }
        });
        open.closeHandler(end -> closed(open));
    }

    private void closed(WebSocket ended) {
        Short code = ended.closeStatusCode();
        if (socket == ended) {
            socket = null;
        }
        joined = false;
        crowd.journal().write(new Event.Closed(System.nanoTime(), index, code == null ? LOST : code, leaving));
        comeBack();
    }

    /** Goes, and comes back some time later to any node. */
    void leave() {
        leaving = true;
        if (socket != null) {
            socket.close((short) LEFT);
        }
    }

    boolean says(JsonObject command) {
        if (socket == null || !joined) {
            return false;
        }
        socket.writeTextMessage(command.put("room", room.name()).encode());
        return true;
    }

    void asksWhoIsThere() {
        says(new JsonObject().put("type", PRESENCE).put("id", PRESENCE));
    }

    private void join() {
        JsonObject command =
                new JsonObject().put("type", JOIN).put("room", room.name()).put("id", JOIN);
        since = position;
        if (since != null) {
            command.put("since", new JsonObject().put("epoch", since.epoch()).put("offset", since.offset()));
        }
        if (socket != null) {
            socket.writeTextMessage(command.encode());
        }
    }

    // What it hears

    private void hears(JsonObject message) {
        switch (message.getString("type")) {
            case "welcome" -> {
                user = message.getString("user");
                join();
            }
            case "joined" -> joined(message);
            case "message", "patch" -> told(message, Way.LIVE);
            case "ack" -> {
                if (publisher != null) {
                    publisher.acked(message);
                }
            }
            case "error" -> refused(message);
            case "reconnect" -> after = message.getLong("after");
            case "presence" -> crowd.present(this, message);
            default -> {
                // Others came and went.
            }
        }
    }

    private void refused(JsonObject error) {
        if (JOIN.equals(error.getValue("id"))) {
            leave();
        } else if (publisher != null && error.containsKey("id")) {
            publisher.refused(error);
        }
    }

    private void joined(JsonObject message) {
        boolean asked = JOIN.equals(message.getValue("id"));
        String epoch = message.getString("epoch");
        Position now = epoch == null ? null : new Position(epoch.intern(), message.getLong("offset"));
        boolean recovered = message.getBoolean("recovered", false);
        JsonObject whole = message.getJsonObject("state");
        crowd.journal()
                .write(new Event.Joined(
                        System.nanoTime(), index, node, asked ? since : null, now, asked, recovered, whole != null));
        if (!recovered) {
            position = now;
        }
        for (Object each : message.getJsonArray("messages", new JsonArray())) {
            told((JsonObject) each, recovered ? Way.RECOVERED : Way.SNAPSHOT);
        }
        position = now;
        if (whole != null) {
            state = whole.copy();
        }
        boolean isNew = asked && !joined;
        joined = true;
        if (isNew && publisher != null) {
            publisher.goOn();
        }
    }

    private void told(JsonObject message, Way way) {
        boolean isPatch = message.getString("type", "").equals("patch");
        long offset = message.getLong("offset", 0L);
        long previous = message.getLong("previous", offset - 1);
        JsonObject data = message.getJsonObject("data");
        Publication.Seen seen =
                isPatch && previous != offset - 1 ? Publication.Seen.MERGED : Publication.Seen.of(data, isPatch);
        String epoch = position == null ? null : position.epoch();
        crowd.journal()
                .write(new Event.Delivered(
                        System.nanoTime(),
                        index,
                        crowd.indexOf(message.getString("room")),
                        epoch,
                        offset,
                        previous,
                        seen,
                        way));
        if (way == Way.SNAPSHOT || epoch == null) {
            return;
        }
        position = new Position(epoch, offset);
        if (isPatch) {
            MergePatch.merge(state, data);
        }
    }
}
