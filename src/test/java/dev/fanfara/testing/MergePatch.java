package dev.fanfara.testing;

import io.vertx.core.json.JsonObject;

/** RFC 7396, as its section 2 says it; shares nothing with the gateway's. */
public final class MergePatch {
    private MergePatch() {}

    /** Changes {@code target}, which shares arrays with the patch from then on, and nothing else. */
    public static void merge(JsonObject target, JsonObject patch) {
        for (String name : patch.fieldNames()) {
            Object value = patch.getValue(name);
            if (value == null) {
                target.remove(name);
            } else if (value instanceof JsonObject nested) {
                JsonObject below = target.getValue(name) instanceof JsonObject object ? object : new JsonObject();
                merge(below, nested);
                target.put(name, below);
            } else {
                target.put(name, value);
            }
        }
    }
}
