package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one object and notes every mistake in the reading it belongs to. */
final class FieldReader implements Fields {
    static final Value<Path> PATH = Value.spelled(
            "the path of a file", "file", new JsonObject().put("type", "string").put("minLength", 1), Path::of);

    private final Reading reading;
    private final String pointer;
    private final JsonObject object;
    private final boolean fixed;
    /** Shared with the view of {@link #atStart()}: both ask for keys of the same object. */
    private final Set<String> asked;

    private final Set<String> later;

    FieldReader(Reading reading, String pointer, JsonObject object, boolean fixed) {
        this(reading, pointer, object, fixed, new LinkedHashSet<>(), new LinkedHashSet<>());
    }

    private FieldReader(
            Reading reading, String pointer, JsonObject object, boolean fixed, Set<String> asked, Set<String> later) {
        this.reading = reading;
        this.pointer = pointer;
        this.object = object;
        this.fixed = fixed;
        this.asked = asked;
        this.later = later;
    }

    @Override
    public <T> T value(String key, Value<T> type, Object fallback, String doc) {
        asked.add(key);
        T value = has(key) ? scalar(pointer(key), object.getValue(key), type) : null;
        if (value == null) {
            value = fallback(pointer(key), type, fallback);
        }
        noteAtStart(key, value);
        return value;
    }

    @Override
    public <T> T required(String key, Value<T> type, String doc) {
        asked.add(key);
        T value = null;
        if (has(key)) {
            value = scalar(pointer(key), object.getValue(key), type);
        } else {
            reading.mistake(pointer(key), "nothing", type.expected(), null);
        }
        if (value == null) {
            value = type.readExample();
        }
        noteAtStart(key, value);
        return value;
    }

    @Override
    public <T> @Nullable T optional(String key, Value<T> type, String doc) {
        asked.add(key);
        Object json = object.getValue(key);
        T value = json == null ? null : scalar(pointer(key), json, type);
        noteAtStart(key, value);
        return value;
    }

    @Override
    public String file(String key, Content content, String doc) {
        return text(key, required(key, PATH, doc), content);
    }

    @Override
    public @Nullable String optionalFile(String key, Content content, String doc) {
        Path path = optional(key, PATH, doc);
        return path == null ? null : text(key, path, content);
    }

    /** Empty after a mistake. */
    private String text(String key, Path path, Content content) {
        String at = pointer(key);
        if (reading.isWrong(at)) {
            return "";
        }
        try {
            Path file = folder(at).resolve(path);
            String text = References.text(file);
            if (!content.condition().test(text)) {
                throw new Unfit(content.expected());
            }
            reading.content(at + "#content", text);
            warnIfOpen(at, content.secret(), List.of(file));
            return text;
        } catch (Unfit e) {
            // A variable that ends in _FILE puts the content where the path belongs: a private key, told to the log.
            boolean reference = object.getValue(key) instanceof String text && References.in(text);
            String expected =
                    reference ? "a reference to the path of a readable file, not to its content" : e.expected();
            reading.mistake(at, reading.shown(at), expected, null);
            return "";
        }
    }

    @Override
    public <T> List<T> list(String key, Value<T> type, List<?> fallback, String doc) {
        asked.add(key);
        JsonArray array = has(key) ? array(key) : new JsonArray(fallback);
        List<T> values = scalars(key, array == null ? new JsonArray() : array, type);
        noteAtStart(key, values);
        return values;
    }

    @Override
    public <T> List<T> requiredList(String key, Value<T> type, String doc) {
        asked.add(key);
        JsonArray array = has(key) ? array(key) : null;
        if (!has(key)) {
            reading.mistake(pointer(key), "nothing", "a list with at least one of: " + type.expected(), null);
        } else if (array != null && array.isEmpty()) {
            reading.mistake(pointer(key), "an empty list", "at least one of: " + type.expected(), null);
        }
        return scalars(key, array == null ? new JsonArray() : array, type);
    }

    @Override
    public <T> @Nullable List<T> optionalList(String key, Value<T> type, String doc) {
        asked.add(key);
        if (object.getValue(key) == null) {
            return null;
        }
        JsonArray array = array(key);
        return array == null ? null : scalars(key, array, type);
    }

    @Override
    public <T> T object(String key, Reader<T> reader, String doc) {
        asked.add(key);
        return inner(pointer(key), has(key) ? object.getValue(key) : new JsonObject(), reader, fixed);
    }

    @Override
    public <T> @Nullable T optionalObject(String key, Reader<T> reader, String doc) {
        asked.add(key);
        Object json = object.getValue(key);
        noteAtStart(key, json != null);
        return json == null ? null : inner(pointer(key), json, reader, false);
    }

    @Override
    public <T> List<T> objects(String key, Reader<T> reader, List<?> fallback, String doc) {
        asked.add(key);
        JsonArray array = has(key) ? array(key) : new JsonArray(fallback);
        List<T> values = new ArrayList<>();
        reading.see(pointer(key), new JsonArray());
        for (int i = 0; array != null && i < array.size(); i++) {
            values.add(inner(Pointer.child(pointer(key), i), array.getValue(i), reader, fixed));
        }
        reading.content(pointer(key), values.size());
        return List.copyOf(values);
    }

    @Override
    public Fields atStart() {
        return new FieldReader(reading, pointer, object, true, asked, later);
    }

    @Override
    public boolean has(String key) {
        return object.containsKey(key);
    }

    @Override
    public void tolerate(String key, String doc) {
        asked.add(key);
    }

    @Override
    public void notYet(String... keys) {
        later.addAll(Arrays.asList(keys));
    }

    @Override
    public boolean exactlyOneOf(String... keys) {
        List<String> there =
                Arrays.stream(keys).filter(key -> object.getValue(key) != null).toList();
        if (there.size() != 1) {
            reading.mistake(
                    pointer,
                    there.isEmpty() ? "none of them" : String.join(" and ", there),
                    "exactly one of " + String.join(", ", keys),
                    null);
        }
        return there.size() == 1;
    }

    @Override
    public void check(boolean holds, String key, String expected, String... others) {
        boolean judged = reading.isWrong(pointer(key))
                || Arrays.stream(others).anyMatch(other -> reading.isWrong(pointer(other)));
        if (!holds && !judged) {
            reading.mistake(pointer(key), reading.shown(pointer(key)), expected, null);
        }
    }

    @Override
    public void warn(String key, String sentence) {
        reading.warning(pointer(key), sentence);
    }

    void refuseUnknownKeys() {
        for (String key : object.fieldNames()) {
            String at = Pointer.child(pointer, key);
            if (later.contains(key)) {
                reading.mistake(at, Shown.scalar(key), "no such key: this version does not have it yet", null);
            } else if (!asked.contains(key)) {
                String known = "one of " + String.join(", ", new TreeSet<>(asked));
                String near = Value.quoted(DidYouMean.closest(key, asked));
                reading.mistake(at, "the unknown key " + Shown.scalar(key), known, near);
            }
        }
    }

    private <T> T fallback(String at, Value<T> type, Object fallback) {
        reading.content(at, fallback, fallback);
        if (!reading.isWrong(at)) {
            reading.show(at, Shown.scalar(fallback) + " (the default)");
        }
        try {
            return type.read(fallback, false);
        } catch (Unfit e) {
            throw new IllegalStateException("the default of " + at + " is wrong: expected " + e.expected(), e);
        }
    }

    /** Null after a mistake. */
    private <T> @Nullable T scalar(String at, @Nullable Object written, Value<T> type) {
        reading.show(at, Shown.value(written, type.isHidden()));
        if (written == null) {
            reading.mistake(at, "null", type.expected(), null);
            return null;
        }
        boolean loose = isLoose(at);
        boolean reference = written instanceof String text && References.in(text);
        try {
            Object json = written;
            if (reference) {
                // What comes from elsewhere may be secret whatever the key, so only the reference is ever shown.
                if (!type.isHidden() || References.isWhole((String) written)) {
                    reading.show(at, Shown.scalar(written));
                }
                References.Expanded expanded = reading.references.expand((String) written, folder(at));
                warnIfOpen(at, type.isSecret(), expanded.files());
                json = expanded.text();
                loose = true;
            }
            if (type.isHidden() && json.equals(Shown.HIDDEN)) {
                throw new Unfit(
                        "the secret itself or a reference to it; " + Shown.HIDDEN + " stands for one not shown");
            }
            T value = type.read(json, loose);
            boolean open = !type.isHidden() || reference && References.isWhole((String) written);
            reading.content(at, json, open ? written : Shown.HIDDEN);
            return value;
        } catch (Unfit e) {
            String better = reference || type.isHidden() ? null : e.didYouMean();
            reading.mistake(at, reading.shown(at), e.expected(), better);
            return null;
        }
    }

    private <T> List<T> scalars(String key, JsonArray array, Value<T> type) {
        List<T> values = new ArrayList<>();
        reading.see(pointer(key), new JsonArray());
        for (int i = 0; i < array.size(); i++) {
            T value = scalar(Pointer.child(pointer(key), i), array.getValue(i), type);
            if (value != null) {
                values.add(value);
            }
        }
        reading.content(pointer(key), array.size());
        if (!reading.isWrong(pointer(key))) {
            reading.show(
                    pointer(key), array.isEmpty() || type.isHidden() ? "a list of " + array.size() : array.encode());
        }
        return List.copyOf(values);
    }

    /** Null after a mistake. */
    private @Nullable JsonArray array(String key) {
        Object json = object.getValue(key);
        if (json instanceof JsonArray array) {
            return array;
        }
        reading.mistake(pointer(key), Shown.value(json, json instanceof String), "a list", null);
        return null;
    }

    private <T> T inner(String at, @Nullable Object json, Reader<T> reader, boolean innerFixed) {
        reading.content(at, "object");
        reading.see(at, new JsonObject());
        if (json instanceof JsonObject inner) {
            reading.show(at, "an object");
            FieldReader fields = new FieldReader(reading, at, inner, innerFixed);
            T value = reader.read(fields);
            fields.refuseUnknownKeys();
            return value;
        }
        reading.mistake(at, Shown.value(json, json instanceof String), "an object", null);
        Reading standIn = new Reading(Document.empty(), reading.references);
        return reader.read(new FieldReader(standIn, "", new JsonObject(), false));
    }

    private void warnIfOpen(String at, boolean secret, List<Path> files) {
        for (Path file : files) {
            if (secret && References.isReadableByAll(file)) {
                reading.warning(
                        at, "every user of this machine can read " + file + "; take the right away (chmod o-r)");
            }
        }
    }

    private void noteAtStart(String key, @Nullable Object value) {
        if (fixed) {
            reading.atStart(pointer(key), value == null ? "nothing" : value);
        }
    }

    private boolean isLoose(String at) {
        Document.Origin origin = reading.document.origin(at);
        return origin != null && origin.loose();
    }

    private Path folder(String at) {
        Document.Origin origin = reading.document.origin(at);
        return origin == null ? Path.of("") : origin.folder();
    }

    /** Of a key or, with slashes, of a deeper one; what we ask for needs no escaping. */
    private String pointer(String key) {
        return pointer + '/' + key;
    }
}
