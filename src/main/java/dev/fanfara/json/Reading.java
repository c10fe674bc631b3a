package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One pass over a document and all that was noticed on the way. Not thread-safe: it lives as long as one load. */
public final class Reading {
    private static final String SECRET = "…";

    final Document document;
    final References references;

    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    /** What every key amounts to, defaults and contents of files included, in the order of reading. Holds secrets. */
    private final Map<String, Object> content = new LinkedHashMap<>();
    /** Values of the keys that count only when the process starts; by pointer. */
    private final Map<String, Object> atStart = new LinkedHashMap<>();
    /** How a value is shown in a mistake found later; by pointer. */
    private final Map<String, String> shown = new HashMap<>();
    /** What every key amounts to, for anybody to read: a secret is {@link #SECRET}, a reference is as it was written. */
    private final Map<String, Object> open = new LinkedHashMap<>();

    public Reading(Document document, References references) {
        this.document = document;
        this.references = references;
    }

    public <T> T read(Fields.Reader<T> reader) {
        FieldReader fields = new FieldReader(this, "", document.root(), false);
        T value = reader.read(fields);
        fields.refuseUnknownKeys();
        return value;
    }

    public List<Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Two readings with equal contents mean the same in every respect. Holds secrets: for hashing only. */
    public Map<String, Object> content() {
        return content;
    }

    public Map<String, Object> atStart() {
        return Map.copyOf(atStart);
    }

    void mistake(String pointer, @Nullable String got, String expected, @Nullable String didYouMean) {
        Document.Origin origin = document.origin(pointer);
        mistakes.add(new Mistake(pointer, origin == null ? null : origin.name(), got, expected, didYouMean));
    }

    void warning(String pointer, String sentence) {
        warnings.add(pointer + ": " + sentence);
    }

    boolean isWrong(String pointer) {
        return mistakes.stream().anyMatch(mistake -> Pointer.isWithin(pointer, mistake.pointer()));
    }

    void content(String pointer, Object json) {
        content.put(pointer, json);
    }

    /** The whole document with its defaults and without its secrets. */
    public JsonObject open() {
        JsonObject whole = new JsonObject();
        open.forEach((pointer, value) -> put(whole, pointer, value));
        return whole;
    }

    private static void put(JsonObject whole, String pointer, Object value) {
        Object at = whole;
        String[] keys = pointer.substring(1).split("/", -1);
        for (int i = 0; i < keys.length; i++) {
            boolean last = i == keys.length - 1;
            boolean isList = !last && keys[i + 1].matches("[0-9]+");
            if (at instanceof JsonArray list) {
                int index = Integer.parseInt(keys[i]);
                while (list.size() <= index) {
                    list.add(last ? value : new JsonObject());
                }
                at = list.getValue(index);
            } else if (at instanceof JsonObject object) {
                Object inner = object.getValue(keys[i]);
                if (last && inner == null) {
                    object.put(keys[i], value);
                } else if (inner == null) {
                    inner = isList ? new JsonArray() : new JsonObject();
                    object.put(keys[i], inner);
                }
                at = inner == null ? value : inner;
            }
        }
    }

    /** @param hidden whether its value is for nobody to see */
    void open(String pointer, Object json, boolean hidden) {
        open.put(pointer, hidden ? SECRET : json);
    }

    void atStart(String pointer, Object value) {
        atStart.put(pointer, value);
    }

    void show(String pointer, String text) {
        shown.put(pointer, text);
    }

    String shown(String pointer) {
        return shown.getOrDefault(pointer, "nothing");
    }
}
