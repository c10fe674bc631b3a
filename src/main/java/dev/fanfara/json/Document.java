package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object laid together from several sources, which knows of each value where it came from. Not thread-safe: it
 * lives as long as one load.
 */
public final class Document {
    /**
     * Where a value was written. Immutable.
     *
     * @param name file and line, environment variable or flag, as the author of the value calls it
     * @param folder where relative paths in the value start
     * @param loose whether texts take the type of the key they name, because the source knows only texts
     */
    public record Origin(String name, Path folder, boolean loose) {}

    private final JsonObject root;
    private final Map<String, Origin> origins = new HashMap<>();

    private Document(JsonObject root) {
        this.root = root;
    }

    public static Document empty() {
        return new Document(new JsonObject());
    }

    /** @param name the file as messages call it; the line is added */
    public static Document parse(String name, Path folder, String text) throws BrokenJson {
        JsonText json = JsonText.parse(text);
        if (!(json.value() instanceof JsonObject root)) {
            throw new BrokenJson(1, 1, "a JSON object, got " + kind(json.value()));
        }
        Document document = new Document(root);
        json.lines()
                .forEach(
                        (pointer, line) -> document.origins.put(pointer, new Origin(name + ":" + line, folder, false)));
        return document;
    }

    /**
     * Lays a value over what is there: objects are merged key by key, all else is replaced. Where the path runs into
     * something that is no object nothing happens, for reading will report just that.
     */
    public void lay(List<String> path, @Nullable Object value, Origin origin) {
        JsonObject parent = root;
        String pointer = "";
        for (String step : path.subList(0, path.size() - 1)) {
            pointer = Pointer.child(pointer, step);
            if (parent.getValue(step) == null) {
                parent.put(step, new JsonObject());
                origins.put(pointer, origin);
            }
            if (!(parent.getValue(step) instanceof JsonObject next)) {
                return;
            }
            parent = next;
        }
        String last = path.get(path.size() - 1);
        merge(parent, last, Pointer.child(pointer, last), value, origin);
    }

    private void merge(JsonObject parent, String key, String pointer, @Nullable Object value, Origin origin) {
        if (value instanceof JsonObject over && parent.getValue(key) instanceof JsonObject under) {
            over.forEach(entry ->
                    merge(under, entry.getKey(), Pointer.child(pointer, entry.getKey()), entry.getValue(), origin));
            return;
        }
        origins.keySet().removeIf(known -> Pointer.isWithin(pointer, known));
        origins.put(pointer, origin);
        parent.put(key, value);
    }

    JsonObject root() {
        return root;
    }

    /** Of the value itself, or of the nearest object around it; null when nothing around it was written. */
    @Nullable
    Origin origin(String pointer) {
        for (String at = pointer; ; at = at.substring(0, at.lastIndexOf('/'))) {
            Origin origin = origins.get(at);
            if (origin != null || at.isEmpty()) {
                return origin;
            }
        }
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
