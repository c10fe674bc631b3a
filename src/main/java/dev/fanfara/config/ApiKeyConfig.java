package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Unfit;
import dev.fanfara.json.Value;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A key a backend shows in {@code X-API-Key}; without {@code rooms} it may use every room. Immutable. */
public record ApiKeyConfig(
        String name,
        String key,
        Set<Scope> scopes,
        @Nullable List<RoomPattern> rooms) {
    private static final int SHORTEST_KEY = 16;

    private static final Value<String> KEY = Value.text(
                    "a key of at least " + SHORTEST_KEY + " characters", "x".repeat(SHORTEST_KEY))
            .where(key -> key.length() >= SHORTEST_KEY)
            .secret();

    static ApiKeyConfig read(Fields fields) {
        return new ApiKeyConfig(
                fields.required("name", Value.text("a name for logs", "backend"), "Name of the backend, for logs"),
                fields.required("key", KEY, "The key itself, at least 16 characters, usually ${file:…}"),
                fields.required("scope", scopeWords(), "What it may do: publish, broadcast, private, admin"),
                fields.optionalList("rooms", RoomRule.PATTERN, "Rooms it may use; without this all"));
    }

    private static Value<Set<Scope>> scopeWords() {
        List<String> words = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            words.add(scope.name().toLowerCase(Locale.ROOT));
        }
        String word = "(" + String.join("|", words) + ")";
        String expected = "words of " + String.join(", ", words) + ", parted by a space";
        return Value.spelled(expected, "publish", "^" + word + "( " + word + ")*$", text -> {
            Set<Scope> scopes = EnumSet.noneOf(Scope.class);
            for (String name : text.split(" ", -1)) {
                if (!words.contains(name)) {
                    throw new Unfit(expected);
                }
                scopes.add(Scope.valueOf(name.toUpperCase(Locale.ROOT)));
            }
            return Set.copyOf(scopes);
        });
    }

    /** Without the key: logs print configurations. */
    @Override
    public String toString() {
        return "ApiKeyConfig[name=" + name + ", scopes=" + scopes + ", rooms=" + rooms + "]";
    }
}
