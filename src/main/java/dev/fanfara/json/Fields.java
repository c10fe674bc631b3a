package dev.fanfara.json;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one JSON object, named and typed once.
 *
 * <p>A record reads itself from an object by asking for its keys: {@code fields.value("port", PORT, 8080, "Client port")}.
 * The same method, handed another implementation, describes the object instead of reading it. So a key is defined in one
 * place, and what is read, the published JSON Schema and the default document cannot drift apart.
 *
 * <p>Reading collects every mistake and goes on with the fallback, or for a required key with an example of its type; the
 * caller must look at the mistakes before it uses the result. Fallbacks are JSON, spelled as in a document, and are read
 * like one. Not thread-safe.
 */
public interface Fields {
    /** How a record reads itself. */
    @FunctionalInterface
    interface Reader<T> {
        T read(Fields fields);
    }

    /** A scalar that has a default. */
    <T> T value(String key, Value<T> type, Object fallback, String doc);

    /** A scalar that must be there. */
    <T> T required(String key, Value<T> type, String doc);

    /** A scalar that may be absent or null. */
    <T> @Nullable T optional(String key, Value<T> type, String doc);

    /**
     * What a file must hold. Immutable.
     *
     * @param secret whether it should not be open to all
     */
    record Content(String expected, Predicate<String> condition, boolean secret) {}

    /** The content of a readable file, which counts as part of the document. */
    String file(String key, Content content, String doc);

    /** The same of one whose path may be absent or null. */
    @Nullable
    String optionalFile(String key, Content content, String doc);

    <T> List<T> list(String key, Value<T> type, List<?> fallback, String doc);

    <T> List<T> requiredList(String key, Value<T> type, String doc);

    <T> @Nullable List<T> optionalList(String key, Value<T> type, String doc);

    /** An object whose keys all have defaults; absent means empty. */
    <T> T object(String key, Reader<T> reader, String doc);

    /** An object that may be absent or null. */
    <T> @Nullable T optionalObject(String key, Reader<T> reader, String doc);

    <T> List<T> objects(String key, Reader<T> reader, List<?> fallback, String doc);

    /**
     * The same object; keys asked for through this view count only when the process starts. Of an optional object that is
     * its presence, for what stands in it may still change.
     */
    Fields atStart();

    /** Whether the key was written. */
    boolean has(String key);

    /** A key that means nothing here but may stand, such as {@code $schema}. */
    void tolerate(String key, String doc);

    /** Keys that a later version will know. */
    void notYet(String... keys);

    /** Exactly one of these keys must be there; tells whether it is so. */
    boolean exactlyOneOf(String... keys);

    /**
     * A rule between keys. It is not applied when one of them is already wrong: the fallback that stands in for it would
     * only make a second mistake of the first.
     *
     * @param key where the mistake is reported; deeper keys are parted by {@code /}
     * @param others further keys the rule looks at
     */
    void check(boolean holds, String key, String expected, String... others);

    /** Something allowed that its author should know. */
    void warn(String key, String sentence);
}
