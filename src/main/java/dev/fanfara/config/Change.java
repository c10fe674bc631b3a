package dev.fanfara.config;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A key that means something else than before. Immutable.
 *
 * @param pointer JSON pointer of the key
 * @param before as it may be seen; null if it was not there
 * @param after as it may be seen; null if it is no more
 * @param needsRestart whether the change counts only when the process starts
 */
public record Change(
        String pointer, @Nullable Object before, @Nullable Object after, boolean needsRestart) {
    /** {@code {key, before, after, takesEffect: "live" | "restart"}}. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("key", pointer)
                .put("before", before)
                .put("after", after)
                .put("takesEffect", needsRestart ? "restart" : "live");
    }
}
