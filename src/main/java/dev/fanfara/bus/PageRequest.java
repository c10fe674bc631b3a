package dev.fanfara.bus;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is wanted. Immutable.
 *
 * @param after the key of the last one known; null for the beginning
 */
public record PageRequest(@Nullable String after, int limit) {
    static void write(WireWriter out, PageRequest page) {
        out.optionalText(page.after).integer(page.limit);
    }

    static PageRequest read(WireReader in) {
        return new PageRequest(in.optionalText(), in.integer());
    }
}
