package dev.fanfara.json;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one scalar may be: how it is read, how a mistake is explained, and its JSON Schema. Immutable.
 *
 * <p>A value carries an example that reads without error. It stands in error texts, and it stands in for a required value
 * that was wrong, so that reading goes on and finds the other mistakes too.
 */
public final class Value<T> {
    /** Turns JSON into a value, or says what was expected. */
    @FunctionalInterface
    public interface Parser<T> {
        T parse(Object json) throws Unfit;
    }

    /** Turns a text into a value; an {@link IllegalArgumentException} stands for the general expectation. */
    @FunctionalInterface
    public interface Spelling<T> {
        T parse(String text) throws Unfit;
    }

    private final String expected;
    private final Object example;
    private final JsonObject schema;
    private final Parser<T> parser;
    /** What a text from the environment means where this value belongs; texts stay texts. */
    private final Function<String, Object> fromText;

    private final Display display;

    /** Who may see what was written. */
    private enum Display {
        OPEN,
        /** Never shown. */
        HIDDEN,
        /** Never shown, and a file it comes from should not be open to all. */
        SECRET
    }

    private Value(
            String expected,
            Object example,
            JsonObject schema,
            Parser<T> parser,
            Function<String, Object> fromText,
            Display display) {
        this.expected = expected;
        this.example = example;
        this.schema = schema;
        this.parser = parser;
        this.fromText = fromText;
        this.display = display;
    }

    public static Value<Integer> integer(int min, int max) {
        String expected = "a whole number from " + min + " to " + max;
        JsonObject schema =
                new JsonObject().put("type", "integer").put("minimum", min).put("maximum", max);
        Parser<Integer> parser = json -> {
            if (json instanceof Integer number && number >= min && number <= max) {
                return number;
            }
            throw new Unfit(expected);
        };
        return new Value<>(expected, min, schema, parser, Value::numberFromText, Display.OPEN);
    }

    public static Value<Boolean> flag() {
        String expected = "true or false";
        Parser<Boolean> parser = json -> {
            if (json instanceof Boolean flag) {
                return flag;
            }
            throw new Unfit(expected);
        };
        return new Value<>(
                expected, false, new JsonObject().put("type", "boolean"), parser, Value::flagFromText, Display.OPEN);
    }

    /** Any text but the empty one. */
    public static Value<String> text(String expected, String example) {
        JsonObject schema = new JsonObject().put("type", "string").put("minLength", 1);
        return spelled(expected, example, schema, text -> {
            if (text.isEmpty()) {
                throw new Unfit(expected);
            }
            return text;
        });
    }

    /** A text of a certain spelling; {@code pattern} is its regular expression in the schema. */
    public static <T> Value<T> spelled(String expected, String example, String pattern, Spelling<T> spelling) {
        JsonObject schema = new JsonObject().put("type", "string").put("pattern", pattern);
        return spelled(expected, example, schema, spelling);
    }

    public static <T> Value<T> spelled(String expected, String example, JsonObject schema, Spelling<T> spelling) {
        Parser<T> parser = json -> {
            if (!(json instanceof String text)) {
                throw new Unfit(expected);
            }
            try {
                return spelling.parse(text);
            } catch (IllegalArgumentException e) {
                throw new Unfit(expected);
            }
        };
        return new Value<>(expected, example, schema, parser, text -> text, Display.OPEN);
    }

    /** One of a closed list of words. */
    public static Value<String> oneOf(List<String> words) {
        String expected = "one of " + String.join(", ", words);
        JsonObject schema = new JsonObject().put("enum", new JsonArray(new ArrayList<>(words)));
        Parser<String> parser = json -> {
            if (!(json instanceof String text)) {
                throw new Unfit(expected);
            }
            if (!words.contains(text)) {
                throw new Unfit(expected, quoted(DidYouMean.closest(text, words)));
            }
            return text;
        };
        return new Value<>(expected, words.get(0), schema, parser, text -> text, Display.OPEN);
    }

    /** The constants of an enum, written in small letters. */
    public static <E extends Enum<E>> Value<E> word(Class<E> type) {
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            words.add(constant.name().toLowerCase(Locale.ROOT));
        }
        return oneOf(List.copyOf(words)).map(word -> Enum.valueOf(type, word.toUpperCase(Locale.ROOT)));
    }

    /** The same value with a further condition, which the expectation already tells. */
    public Value<T> where(Predicate<T> condition) {
        Parser<T> checked = json -> {
            T value = parser.parse(json);
            if (!condition.test(value)) {
                throw new Unfit(expected);
            }
            return value;
        };
        return new Value<>(expected, example, schema, checked, fromText, display);
    }

    /** Explains other JSON than a text in a way of its own, such as a bare number where a duration belongs. */
    public Value<T> hint(Function<Object, @Nullable String> spelling) {
        return new Value<>(
                expected,
                example,
                schema,
                json -> {
                    try {
                        return parser.parse(json);
                    } catch (Unfit e) {
                        String better = e.didYouMean() == null ? spelling.apply(json) : e.didYouMean();
                        throw new Unfit(e.expected(), better);
                    }
                },
                fromText,
                display);
    }

    /** The same value, never shown to anyone; a file that holds it should not be open to all. */
    public Value<T> secret() {
        return new Value<>(expected, example, schema, parser, fromText, Display.SECRET);
    }

    /** The same value, never shown to anyone, but open to all where it lies: a public key that may turn out private. */
    public Value<T> hidden() {
        return new Value<>(expected, example, schema, parser, fromText, Display.HIDDEN);
    }

    private <R> Value<R> map(Function<T, R> mapping) {
        return new Value<>(expected, example, schema, json -> mapping.apply(parser.parse(json)), fromText, display);
    }

    /** @param loose whether a text takes the type of the key: so it is in the environment, where all values are texts */
    T read(Object json, boolean loose) throws Unfit {
        return parser.parse(loose && json instanceof String text ? fromText.apply(text) : json);
    }

    T readExample() {
        try {
            return parser.parse(example);
        } catch (Unfit e) {
            throw new IllegalStateException("the example " + example + " is none: " + expected, e);
        }
    }

    String expected() {
        return expected;
    }

    JsonObject schema() {
        return schema.copy();
    }

    boolean isHidden() {
        return display != Display.OPEN;
    }

    boolean isSecret() {
        return display == Display.SECRET;
    }

    /** Only free texts take any reference as it is; others must say that one may stand in their place. */
    boolean acceptsAnyText() {
        return "string".equals(schema.getString("type")) && !schema.containsKey("pattern");
    }

    static @Nullable String quoted(@Nullable String text) {
        return text == null ? null : '"' + text + '"';
    }

    private static Object numberFromText(String text) {
        try {
            return Integer.valueOf(text.trim());
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private static Object flagFromText(String text) {
        return switch (text.trim()) {
            case "true" -> true;
            case "false" -> false;
            default -> text;
        };
    }
}
