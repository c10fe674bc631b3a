package dev.fanfara.config;

import dev.fanfara.json.Fields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names in a list of objects that must differ, or one entry would silently hide another. */
final class Uniqueness {
    private Uniqueness() {}

    /** @param names what stands at {@code key} in each object of the list; null where nothing does */
    static void check(Fields fields, String list, String key, List<? extends @Nullable Object> names) {
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            Object name = names.get(i);
            Integer earlier = name == null ? null : seen.putIfAbsent(name, i);
            if (earlier != null) {
                String first = list + '/' + earlier + '/' + key;
                fields.check(false, list + '/' + i + '/' + key, "another value than that of " + first, first);
            }
        }
    }
}
