package dev.fanfara.room;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the tests of trees hold them against: the pseudo code of RFC 7396 over Vert.x values, and random patches. */
final class Merging {
    /** Names that are one after unescaping, names that look like paths, and all that must be escaped. */
    private static final String[] NAMES = {
        "a",
        "\\u0061",
        "b",
        "c",
        "a.b",
        "a/b",
        "",
        " ",
        "é",
        "\\u00E9",
        "😀",
        "\\ud83d\\uDE00",
        "€",
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\u0000",
        "\\u001f",
        "null",
        "{}"
    };

    private static final String[] LEAVES = {
        "1",
        "-0.50",
        "1e3",
        "true",
        "false",
        "\"\"",
        "\"x\"",
        "\"é\\n😀\\\"\"",
        "[]",
        "[null,{\"a\":null}]",
        "[{\"a\":{}},[]]"
    };

    private final Random random;

    Merging(long seed) {
        random = new Random(seed);
    }

    static Tree tree(String json) {
        return Tree.read(json.getBytes(UTF_8));
    }

    static String text(@Nullable Tree tree) {
        return tree == null ? "nothing" : new String(tree.toJson(), UTF_8);
    }

    static JsonObject value(Tree tree) {
        return new JsonObject(text(tree));
    }

    /** MergePatch(Target, Patch), RFC 7396, section 2. */
    static JsonObject mergePatch(@Nullable Object target, JsonObject patch) {
        JsonObject result = target instanceof JsonObject object ? object.copy() : new JsonObject();
        for (String name : patch.fieldNames()) {
            Object value = patch.getValue(name);
            if (value == null) {
                result.remove(name);
            } else if (value instanceof JsonObject below) {
                result.put(name, mergePatch(result.getValue(name), below));
            } else {
                result.put(name, value);
            }
        }
        return result;
    }

    /** Every name in it, each by the names that lead to it. */
    static Set<String> paths(JsonObject object) {
        Set<String> paths = new HashSet<>();
        for (String name : object.fieldNames()) {
            paths.add('[' + name + ']');
            if (object.getValue(name) instanceof JsonObject below) {
                paths(below).forEach(path -> paths.add('[' + name + ']' + path));
            }
        }
        return paths;
    }

    /** Up to four levels deep, with nulls, and now and then with a member that comes twice. */
    String patch() {
        return object(4);
    }

    List<String> patches(int most) {
        List<String> patches = new ArrayList<>();
        for (int i = random.nextInt(most); i >= 0; i--) {
            patches.add(patch());
        }
        return patches;
    }

    private String object(int depth) {
        return random.ints(random.nextInt(5), 0, NAMES.length)
                .mapToObj(name -> '"' + NAMES[name] + "\":" + member(depth - 1))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private String member(int depth) {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return "null";
        }
        return kind < 7 && depth > 0 ? object(depth) : LEAVES[random.nextInt(LEAVES.length)];
    }
}
