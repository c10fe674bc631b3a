package dev.fanfara.model;

import io.vertx.core.json.JsonObject;

/**
 * What a client said or heard, or the end of its connection. Immutable.
 *
 * @param at milliseconds since the story began
 */
record Event(long at, String client, Kind kind, JsonObject message) {
    enum Kind {
        SAID,
        HEARD,
        /** The message has the close {@code code}; 0 for a connection that was cut. */
        ENDED
    }

    @Override
    public String toString() {
        return "%6d %s %s %s".formatted(at, client, kind, message.encode());
    }
}
