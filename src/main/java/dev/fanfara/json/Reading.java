package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One pass over a document and all that was noticed on the way. Not thread-safe: it lives as long as one load. */
public final class Reading {
    final Document document;
    final References references;

    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    /** What every key amounts to, defaults and contents of files included, in the order of reading. Holds secrets. */
    private final Map<String, Object> content = new LinkedHashMap<>();
    /** The same as a document, with … in place of what is nobody's business. */
    private final JsonObject visible = new JsonObject();
    /** Values of the keys that count only when the process starts; by pointer. */
    private final Map<String, Object> atStart = new LinkedHashMap<>();
    /** How a value is shown in a mistake found later; by pointer. */
    private final Map<String, String> shown = new HashMap<>();

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

    /** What every key amounts to, as a document without secrets; complete only after a reading without mistakes. */
    public JsonObject visible() {
        return visible.copy();
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

    /** Of a scalar: what it is, and what may be seen of it. */
    void content(String pointer, Object json, Object seen) {
        content.put(pointer, json);
        see(pointer, seen);
    }

    /** Of an object or a list, before what is in it. */
    void see(String pointer, Object json) {
        int slash = pointer.lastIndexOf('/');
        Object parent = slash == 0
                ? visible
                : JsonPointer.from(pointer.substring(0, slash)).queryJson(visible);
        if (parent instanceof JsonArray list) {
            list.add(json);
        } else if (parent instanceof JsonObject object) {
            object.put(pointer.substring(slash + 1), json);
        }
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
