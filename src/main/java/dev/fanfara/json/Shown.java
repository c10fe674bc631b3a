package dev.fanfara.json;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** How JSON is quoted in a mistake: short, and without what is nobody's business. */
final class Shown {
    /** In place of a secret. */
    static final String HIDDEN = "…";

    private static final int LONGEST = 60;

    private Shown() {}

    static String value(@Nullable Object json, boolean hidden) {
        if (json instanceof String text && hidden) {
            return "a text of " + text.length() + " characters";
        }
        boolean scalar = json instanceof String || json instanceof Number || json instanceof Boolean;
        return json == null || !scalar || hidden ? kind(json) : scalar(json);
    }

    static String scalar(Object json) {
        String text = Json.encode(json);
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    static String kind(@Nullable Object json) {
        if (json == null) {
            return "null";
        }
        if (json instanceof JsonObject) {
            return "an object";
        }
        if (json instanceof JsonArray) {
            return "a list";
        }
        if (json instanceof String) {
            return "a text";
        }
        return json instanceof Number ? "a number" : "true or false";
    }
}
