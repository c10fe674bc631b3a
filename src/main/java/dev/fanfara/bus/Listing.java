package dev.fanfara.bus;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first of all that a loop has, sorted: a slice in each turn, so that a hundred thousand of them do not hold up
 * the messages meanwhile. What comes or goes in between may or may not be seen. Event loop only.
 *
 * @param <S> what is looked at
 * @param <A> all of that which has one key
 */
public final class Listing<S, A, T extends Listed> {
    /** In one turn of the loop: a fraction of a millisecond. */
    private static final int SLICE = 2_000;

    /** Of one loop's part; a list of long names ends early instead. */
    static final int MAX_BYTES = 256 * 1024;

    private final Context context;
    private final Object[] all;
    private final How<S, A, T> how;
    private final PageRequest page;
    /** The first ones so far; one more than asked for tells that there are more. */
    private final TreeMap<String, A> first = new TreeMap<>();

    private final Promise<Part<T>> done = Promise.promise();
    private int at;
    /** Some that were found are behind what is told. */
    private boolean cut;

    /**
     * How a list is made.
     *
     * @param wanted asked while looking
     * @param key never changes
     * @param add to what there is of its key; that is null for the first
     * @param line what is told, or null if there is nothing to be told any more
     */
    public record How<S, A, T>(
            Predicate<S> wanted,
            Function<S, String> key,
            BiFunction<@Nullable A, S, A> add,
            BiFunction<String, A, @Nullable T> line) {}

    private Listing(Context context, Collection<S> all, How<S, A, T> how, PageRequest page) {
        this.context = context;
        this.all = all.toArray();
        this.how = how;
        this.page = page;
    }

    public static <S, A, T extends Listed> Future<Part<T>> of(
            Context context, Collection<S> all, How<S, A, T> how, PageRequest page) {
        Listing<S, A, T> listing = new Listing<>(context, all, how, page);
        listing.look();
        return listing.done.future();
    }

    private void look() {
        try {
            for (int end = Math.min(all.length, at + SLICE); at < end; at++) {
                lookAt(at);
            }
            if (at < all.length) {
                context.runOnContext(turn -> look());
            } else {
                done.complete(part());
            }
        } catch (RuntimeException failure) {
            done.fail(failure);
        }
    }

    private void lookAt(int index) {
        @SuppressWarnings("unchecked") // the array was made of a collection of S
        S candidate = (S) all[index];
        String key = how.key.apply(candidate);
        if (isInReach(key) && how.wanted.test(candidate)) {
            first.put(key, how.add.apply(first.get(key), candidate));
            if (first.size() > page.limit() + 1) {
                // If it comes again it is again the last.
                first.pollLastEntry();
                cut = true;
            }
        }
    }

    private boolean isInReach(String key) {
        if (page.after() != null && key.compareTo(page.after()) <= 0) {
            return false;
        }
        return first.size() <= page.limit() || key.compareTo(first.lastKey()) <= 0;
    }

    private Part<T> part() {
        List<T> lines = new ArrayList<>();
        int bytes = 0;
        for (Map.Entry<String, A> found : first.entrySet()) {
            T line = how.line.apply(found.getKey(), found.getValue());
            if (line != null) {
                bytes += line.weight();
                if (!lines.isEmpty() && (lines.size() == page.limit() || bytes > MAX_BYTES)) {
                    return new Part<>(lines, lines.get(lines.size() - 1).key());
                }
                lines.add(line);
            }
        }
        return new Part<>(lines, cut ? first.lastKey() : null);
    }
}
