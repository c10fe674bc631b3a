package dev.fanfara.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration amounts to, key by key, so that two can be compared; secrets count, but are never told. Immutable.
 */
public final class Effective {
    /** By JSON pointer. Holds secrets. */
    private final Map<String, Object> content;

    private final JsonObject visible;

    /** One key in two configurations, as far as it may be seen; null where it is not there. */
    record Difference(
            String pointer,
            @Nullable Object before,
            @Nullable Object after) {}

    Effective(Map<String, Object> content, JsonObject visible) {
        this.content = Map.copyOf(content);
        this.visible = visible;
    }

    /** The whole document, defaults filled in, with … in place of secrets. The caller's own. */
    public JsonObject toJson() {
        return visible.copy();
    }

    List<Difference> since(Effective before) {
        Set<String> pointers = new LinkedHashSet<>(before.content.keySet());
        pointers.addAll(content.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String pointer : pointers) {
            boolean differs = !Objects.equals(before.content.get(pointer), content.get(pointer));
            if (differs && !before.isContainer(pointer) && !isContainer(pointer)) {
                differences.add(new Difference(pointer, before.at(pointer), at(pointer)));
            }
        }
        differences.sort((one, other) -> one.pointer().compareTo(other.pointer()));
        return differences;
    }

    private boolean isContainer(String pointer) {
        Object value = at(pointer);
        return value instanceof JsonObject || value instanceof JsonArray;
    }

    private @Nullable Object at(String pointer) {
        return JsonPointer.from(pointer).queryJson(visible);
    }
}
