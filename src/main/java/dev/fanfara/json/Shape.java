package dev.fanfara.json;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an object may look like: its keys, its JSON Schema and its defaults, found by asking its reader. Immutable. */
public final class Shape {
    /** What stands at a key. */
    public enum Kind {
        SCALAR,
        TEXT,
        LIST,
        OBJECT
    }

    /**
     * One key. Immutable.
     *
     * @param nullable whether null stands for absent
     * @param inside the keys of the object that stands there
     */
    public record Key(Kind kind, boolean nullable, @Nullable Shape inside) {}

    private final Map<String, Key> keys;
    private final JsonObject schema;
    private final JsonObject defaults;

    Shape(Map<String, Key> keys, JsonObject schema, JsonObject defaults) {
        this.keys = new LinkedHashMap<>(keys);
        this.schema = schema;
        this.defaults = defaults;
    }

    public static Shape of(Fields.Reader<?> reader) {
        FieldDescriber fields = new FieldDescriber();
        reader.read(fields);
        return fields.shape();
    }

    /** The document that says what is so when nothing is said; what follows from other keys is left out. */
    public JsonObject defaults() {
        return defaults.copy();
    }

    /** JSON Schema draft 7, the one that editors know best. */
    public JsonObject schema(String title) {
        JsonObject reference = new JsonObject()
                .put("description", "A variable of the environment or the content of a file")
                .put("type", "string")
                .put("pattern", References.SCHEMA_PATTERN);
        JsonObject document = new JsonObject()
                .put("$schema", "http://json-schema.org/draft-07/schema#")
                .put("title", title);
        document.mergeIn(schema.copy());
        return document.put("definitions", new JsonObject().put("reference", reference));
    }

    JsonObject schema() {
        return schema.copy();
    }

    /** The key at a path through nested objects, or null. */
    public @Nullable Key find(List<String> path) {
        Key key = keys.get(path.get(0));
        if (key == null || path.size() == 1) {
            return key;
        }
        return key.inside() == null ? null : key.inside().find(path.subList(1, path.size()));
    }

    /** Every path that leads to a key. */
    public List<List<String>> paths() {
        List<List<String>> paths = new ArrayList<>();
        collect(List.of(), paths);
        return List.copyOf(paths);
    }

    private void collect(List<String> parent, List<List<String>> paths) {
        keys.forEach((name, key) -> {
            List<String> path = new ArrayList<>(parent);
            path.add(name);
            paths.add(List.copyOf(path));
            if (key.inside() != null) {
                key.inside().collect(path, paths);
            }
        });
    }
}
