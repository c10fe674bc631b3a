package dev.fanfara.chaos;

import io.vertx.core.json.JsonObject;
import java.util.Random;

/**
 * What a publisher says once, however often it has to. Immutable.
 *
 * @param author of the room's publishers; the first says one after the other
 * @param sequence of this author's
 * @param hash of the payload's JSON
 * @param at nanoseconds
 */
record Publication(int id, int room, int author, long sequence, String json, int hash, long at) {
    private static final String ID = "i";
    private static final int FRAME_BYTES = 40;

    /** The author whose publications keep an order. */
    static final int IN_ORDER = 0;

    static Publication of(int id, Room room, int author, long sequence, int bytes, Random random, long at) {
        StringBuilder pad = new StringBuilder();
        while (pad.length() < bytes - FRAME_BYTES) {
            pad.append((char) ('a' + random.nextInt(26)));
        }
        JsonObject content =
                new JsonObject().put(ID, id).put("a", author).put("s", sequence).put("x", pad.toString());
        String json = content.encode();
        String data = room.keepsState() ? "{\"a" + author + "\":" + json + "}" : json;
        return new Publication(id, room.index(), author, sequence, data, json.hashCode(), at);
    }

    @Override
    public String toString() {
        return "publication %d, the %d. of author %d in room %d".formatted(id, sequence, author, room);
    }

    String key() {
        return "k" + id;
    }

    /** What a member can tell of a payload. Immutable. */
    record Seen(int id, int hash) {
        /** A patch that is more than one publication. */
        static final Seen MERGED = new Seen(-1, 0);

        static Seen of(JsonObject data, boolean isPatch) {
            if (!isPatch) {
                return new Seen(data.getInteger(ID, -1), data.encode().hashCode());
            }
            if (data.size() != 1) {
                return MERGED;
            }
            return data.iterator().next().getValue() instanceof JsonObject content
                            && content.containsKey("a")
                            && content.containsKey("a")
                    ? of(content, false)
                    : MERGED;
        }
    }
}
