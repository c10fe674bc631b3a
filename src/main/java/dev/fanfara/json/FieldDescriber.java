package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers every question with the default and writes down what was asked: the schema and the defaults of an object. */
final class FieldDescriber implements Fields {
    private static final Object NONE = new Object();

    /** Shared with the view of {@link #atStart()}: both describe the same object. */
    private final Notes notes;

    private final boolean fixed;

    /** What was asked for, in order. */
    private static final class Notes {
        private final Map<String, Shape.Key> keys = new LinkedHashMap<>();
        private final List<String> notYet = new ArrayList<>();
        private final JsonObject properties = new JsonObject();
        private final JsonArray required = new JsonArray();
        private final JsonArray alternatives = new JsonArray();
        private final JsonObject defaults = new JsonObject();
    }

    FieldDescriber() {
        this(new Notes(), false);
    }

    private FieldDescriber(Notes notes, boolean fixed) {
        this.notes = notes;
        this.fixed = fixed;
    }

    Shape shape() {
        JsonObject schema = new JsonObject()
                .put("type", "object")
                .put("properties", notes.properties)
                .put("additionalProperties", false);
        if (!notes.required.isEmpty()) {
            schema.put("required", notes.required);
        }
        if (!notes.alternatives.isEmpty()) {
            schema.put("oneOf", notes.alternatives);
        }
        return new Shape(notes.keys, notes.notYet, schema, notes.defaults);
    }

    @Override
    public <T> T value(String key, Value<T> type, Object fallback, String doc) {
        describe(key, scalar(type), doc, fallback);
        notes.keys.put(key, new Shape.Key(kind(type), false, null));
        try {
            return type.read(fallback, false);
        } catch (Unfit e) {
            throw new IllegalStateException("the default of " + key + " is wrong: expected " + e.expected(), e);
        }
    }

    @Override
    public <T> T required(String key, Value<T> type, String doc) {
        describe(key, scalar(type), doc, NONE);
        notes.required.add(key);
        notes.keys.put(key, new Shape.Key(kind(type), false, null));
        return type.readExample();
    }

    @Override
    public <T> @Nullable T optional(String key, Value<T> type, String doc) {
        describe(key, orNull(scalar(type)), doc, NONE);
        notes.defaults.putNull(key);
        notes.keys.put(key, new Shape.Key(kind(type), true, null));
        return null;
    }

    @Override
    public String file(String key, Content content, String doc) {
        required(key, FieldReader.PATH, doc);
        return "";
    }

    @Override
    public @Nullable String optionalFile(String key, Content content, String doc) {
        optional(key, FieldReader.PATH, doc);
        return null;
    }

    @Override
    public <T> List<T> list(String key, Value<T> type, List<?> fallback, String doc) {
        describe(key, array(scalar(type)), doc, new JsonArray(fallback));
        notes.keys.put(key, new Shape.Key(Shape.Kind.LIST, false, null));
        List<T> values = new ArrayList<>();
        for (Object element : fallback) {
            try {
                values.add(type.read(element, false));
            } catch (Unfit e) {
                throw new IllegalStateException("the default of " + key + " is wrong: expected " + e.expected(), e);
            }
        }
        return List.copyOf(values);
    }

    @Override
    public <T> List<T> requiredList(String key, Value<T> type, String doc) {
        describe(key, array(scalar(type)).put("minItems", 1), doc, NONE);
        notes.required.add(key);
        notes.keys.put(key, new Shape.Key(Shape.Kind.LIST, false, null));
        return List.of(type.readExample());
    }

    @Override
    public <T> @Nullable List<T> optionalList(String key, Value<T> type, String doc) {
        describe(key, orNull(array(scalar(type))), doc, NONE);
        notes.defaults.putNull(key);
        notes.keys.put(key, new Shape.Key(Shape.Kind.LIST, true, null));
        return null;
    }

    @Override
    public <T> T object(String key, Reader<T> reader, String doc) {
        FieldDescriber inside = inside(fixed);
        T value = reader.read(inside);
        Shape shape = inside.shape();
        describeObject(key, shape.schema(), doc, false);
        notes.defaults.put(key, shape.defaults());
        notes.keys.put(key, new Shape.Key(Shape.Kind.OBJECT, false, shape));
        return value;
    }

    @Override
    public <T> @Nullable T optionalObject(String key, Reader<T> reader, String doc) {
        FieldDescriber inside = inside(false);
        reader.read(inside);
        Shape shape = inside.shape();
        describeObject(key, orNull(shape.schema()), doc, fixed);
        notes.defaults.putNull(key);
        notes.keys.put(key, new Shape.Key(Shape.Kind.OBJECT, true, shape));
        return null;
    }

    @Override
    public <T> List<T> objects(String key, Reader<T> reader, List<?> fallback, String doc) {
        FieldDescriber inside = inside(fixed);
        reader.read(inside);
        describe(key, array(inside.shape().schema()), doc, new JsonArray(fallback));
        notes.keys.put(key, new Shape.Key(Shape.Kind.LIST, false, null));
        JsonObject document = new JsonObject().put(key, new JsonArray(fallback));
        Reading reading = new Reading(Document.empty(), new References(Map.of()));
        List<T> values = new FieldReader(reading, "", document, false).objects(key, reader, fallback, doc);
        if (!reading.mistakes().isEmpty()) {
            throw new IllegalStateException("the default of " + key + " is wrong: " + reading.mistakes());
        }
        return values;
    }

    @Override
    public Fields atStart() {
        return new FieldDescriber(notes, true);
    }

    @Override
    public boolean has(String key) {
        return false;
    }

    @Override
    public void tolerate(String key, String doc) {
        notes.properties.put(key, new JsonObject().put("description", doc).put("type", "string"));
    }

    @Override
    public void notYet(String... keys) {
        notes.notYet.addAll(Arrays.asList(keys));
    }

    @Override
    public boolean exactlyOneOf(String... keys) {
        for (String key : keys) {
            JsonObject present = new JsonObject().put(key, new JsonObject().put("type", "string"));
            notes.alternatives.add(
                    new JsonObject().put("required", new JsonArray().add(key)).put("properties", present));
        }
        return true;
    }

    @Override
    public void check(boolean holds, String key, String expected, String... others) {}

    @Override
    public void warn(String key, String sentence) {}

    private FieldDescriber inside(boolean insideFixed) {
        return new FieldDescriber(new Notes(), insideFixed);
    }

    private void describe(String key, JsonObject schema, String doc, Object fallback) {
        JsonObject property = new JsonObject().put("description", fixed ? doc + ". A change needs a restart" : doc);
        property.mergeIn(schema);
        if (fallback != NONE) {
            property.put("default", fallback);
            notes.defaults.put(key, fallback);
        }
        notes.properties.put(key, property);
    }

    private void describeObject(String key, JsonObject schema, String doc, boolean presenceFixed) {
        String description = presenceFixed ? doc + ". To have it or not needs a restart" : doc;
        notes.properties.put(
                key, new JsonObject().put("description", description).mergeIn(schema));
    }

    private static Shape.Kind kind(Value<?> type) {
        return "string".equals(type.schema().getString("type")) ? Shape.Kind.TEXT : Shape.Kind.SCALAR;
    }

    /** A reference may stand for any scalar; only where every text is allowed this need not be said. */
    private static JsonObject scalar(Value<?> type) {
        if (type.acceptsAnyText()) {
            return type.schema();
        }
        JsonObject reference = new JsonObject().put("$ref", "#/definitions/reference");
        return new JsonObject().put("anyOf", new JsonArray().add(type.schema()).add(reference));
    }

    private static JsonObject orNull(JsonObject schema) {
        JsonObject nothing = new JsonObject().put("type", "null");
        JsonArray either = schema.getJsonArray("anyOf");
        if (either != null) {
            return new JsonObject().put("anyOf", either.copy().add(nothing));
        }
        return new JsonObject().put("anyOf", new JsonArray().add(schema).add(nothing));
    }

    private static JsonObject array(JsonObject items) {
        return new JsonObject().put("type", "array").put("items", items);
    }
}
