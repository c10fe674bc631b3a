package dev.fanfara.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one loop adds to a page of a list: the first of what it has, sorted by their keys. Immutable.
 *
 * @param end the key up to which this is all there is; null where nothing more is behind it
 */
public record Part<T extends Listed>(
        List<T> items, @Nullable String end) {}
