package dev.fanfara.http;

import dev.fanfara.bus.Listed;
import dev.fanfara.bus.PageRequest;
import dev.fanfara.bus.Part;
import dev.fanfara.protocol.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Puts the parts of all loops together to one page of a list. A page ends where the first of those ends that have more:
 * what they have behind it is not known. The next one begins behind its last key, which is all a cursor holds, so it can
 * be asked for on any node.
 */
final class Pages {
    /** Of one page; the next one goes on. */
    private static final int MAX_BYTES = 1024 * 1024;

    private Pages() {}

    static PageRequest request(Arguments arguments) {
        String cursor = arguments.text("cursor");
        return new PageRequest(cursor == null ? null : key(cursor), arguments.limit());
    }

    private static String key(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOurs) {
            throw Problem.badRequest("cursor: expected the 'next' of another page");
        }
    }

    private static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** @param last the key this page ends with; null if nothing is behind it */
    record Page<T>(List<T> items, @Nullable String last) {
        void writeNext(JsonWriter json) {
            json.memberIfPresent("next", last == null ? null : cursor(last));
        }
    }

    /** @param plus what two nodes say of the same */
    static <T extends Listed> Page<T> merge(Collection<Part<T>> parts, int limit, BinaryOperator<T> plus) {
        TreeMap<String, T> all = new TreeMap<>();
        String end = null;
        for (Part<T> part : parts) {
            part.items().forEach(item -> all.merge(item.key(), item, plus));
            if (part.end() != null && (end == null || part.end().compareTo(end) < 0)) {
                end = part.end();
            }
        }
        List<T> items = new ArrayList<>();
        int bytes = 0;
        for (T item : (end == null ? all : all.headMap(end, true)).values()) {
            bytes += item.weight();
            if (!items.isEmpty() && (items.size() == limit || bytes > MAX_BYTES)) {
                return new Page<>(items, items.get(items.size() - 1).key());
            }
            items.add(item);
        }
        return new Page<>(items, end);
    }

    static void writeCompleteness(JsonWriter json, Set<String> missing) {
        json.member("complete", missing.isEmpty())
                .texts("missing", missing.stream().sorted().toList());
    }
}
