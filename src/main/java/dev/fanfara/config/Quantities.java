package dev.fanfara.config;

import dev.fanfara.json.Unfit;
import dev.fanfara.json.Value;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Durations {@code "25s"}, sizes {@code "64KiB"}, shares of the memory {@code "25%"} and rates {@code "600/1m"}: numbers
 * that say their unit.
 */
final class Quantities {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(0|[1-9][0-9]{0,8})([A-Za-z]*)");
    private static final List<String> TIMES = List.of("ms", "s", "m", "h", "d");
    private static final List<Duration> TIME_UNITS = List.of(
            Duration.ofMillis(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofDays(1));
    private static final List<String> SIZES = List.of("B", "KiB", "MiB", "GiB");

    private Quantities() {}

    /** Bounds are spelled like the value. */
    static Value<Duration> duration(String min, String max) {
        Duration least = time(min);
        Duration most = time(max);
        String expected = "a duration from " + min + " to " + max + ", such as \"25s\" (ms, s, m, h, d)";
        return Value.spelled(expected, min, "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$", text -> {
                    Duration duration = time(text);
                    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                        throw new Unfit(expected);
                    }
                    return duration;
                })
                .hint(Quantities::durationHint);
    }

    /** In bytes. */
    static Value<Integer> size(String min, String max) {
        int least = bytes(min);
        int most = bytes(max);
        String expected = "a size from " + min + " to " + max + ", such as \"64KiB\" (B, KiB, MiB, GiB)";
        return Value.spelled(expected, min, "^(0|[1-9][0-9]{0,8})(B|KiB|MiB|GiB)$", text -> {
                    int size = bytes(text);
                    if (size < least || size > most) {
                        throw new Unfit(expected);
                    }
                    return size;
                })
                .hint(Quantities::sizeHint);
    }

    /** In bytes. A share is one of the memory this JVM may use, which also bounds Netty's buffers outside the heap. */
    static Value<Long> memory(String min) {
        long least = longBytes(min);
        String expected = "a share of the memory from 1% to 100%, such as \"25%\", or a size of at least " + min
                + ", such as \"256MiB\" (B, KiB, MiB, GiB)";
        String pattern = "^((100|[1-9][0-9]?)%|(0|[1-9][0-9]{0,8})(B|KiB|MiB|GiB))$";
        return Value.spelled(expected, "25%", pattern, text -> {
                    long memory = text.endsWith("%") ? share(text) : longBytes(text);
                    if (memory < least && !text.endsWith("%")) {
                        throw new Unfit(expected);
                    }
                    return memory;
                })
                .hint(Quantities::memoryHint);
    }

    private static long share(String text) {
        int percent = plainNumber(text.substring(0, text.length() - 1));
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("no share");
        }
        return Runtime.getRuntime().maxMemory() / 100 * percent;
    }

    static Value<Rate> rate() {
        String expected = "a rate such as \"600/1m\": at least one event in 1ms to 1d";
        return Value.spelled(expected, "600/1m", "^[1-9][0-9]{0,8}/[1-9][0-9]{0,8}(ms|s|m|h|d)$", text -> {
                    int slash = text.indexOf('/');
                    if (slash < 0) {
                        throw new Unfit(expected);
                    }
                    int events = plainNumber(text.substring(0, slash));
                    Duration per = time(text.substring(slash + 1));
                    if (events < 1 || per.isZero() || per.compareTo(Duration.ofDays(1)) > 0) {
                        throw new Unfit(expected);
                    }
                    return new Rate(events, per);
                })
                .hint(Quantities::rateHint);
    }

    /** The way a person writes it: in the largest unit that divides it. */
    static String text(Duration duration) {
        for (int i = TIMES.size() - 1; i > 0; i--) {
            long unit = TIME_UNITS.get(i).toMillis();
            if (duration.toMillis() % unit == 0 && !duration.isZero()) {
                return duration.toMillis() / unit + TIMES.get(i);
            }
        }
        return duration.toMillis() + "ms";
    }

    private static Duration time(String text) {
        Matcher matcher = matcher(text);
        int unit = TIMES.indexOf(matcher.group(2));
        if (unit < 0) {
            throw new IllegalArgumentException("no unit of time");
        }
        return TIME_UNITS.get(unit).multipliedBy(Long.parseLong(matcher.group(1)));
    }

    private static int bytes(String text) {
        long bytes = longBytes(text);
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("more than any buffer holds");
        }
        return (int) bytes;
    }

    private static long longBytes(String text) {
        Matcher matcher = matcher(text);
        int unit = SIZES.indexOf(matcher.group(2));
        if (unit < 0) {
            throw new IllegalArgumentException("no unit of size");
        }
        return Long.parseLong(matcher.group(1)) << (10 * unit);
    }

    private static int plainNumber(String text) {
        Matcher matcher = matcher(text);
        if (!matcher.group(2).isEmpty()) {
            throw new IllegalArgumentException("a unit where none belongs");
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static Matcher matcher(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no number and unit");
        }
        return matcher;
    }

    /** A bare number of a thousand or more was most likely meant in milliseconds. */
    private static @Nullable String durationHint(Object json) {
        if (json instanceof Integer number && number >= 0) {
            return number < 1000 ? quoted(number + "s") : quoted(number + "ms");
        }
        return spellingHint(json, "(sec|secs|second|seconds|S)", "s", "(min|mins|minute|minutes|M)", "m");
    }

    private static @Nullable String sizeHint(Object json) {
        if (json instanceof Integer number && number >= 0) {
            boolean whole = number > 0 && number % 1024 == 0;
            return whole ? quoted(number / 1024 + "KiB") : quoted(number + "B");
        }
        return spellingHint(json, "(?i)(k|kb|kib)", "KiB", "(?i)(m|mb|mib)", "MiB");
    }

    /** A bare number of a hundred or less was most likely meant as a share. */
    private static @Nullable String memoryHint(Object json) {
        String text = json.toString().replace(" ", "");
        if (text.matches("(100|[1-9][0-9]?)%?")) {
            return quoted(text.replace("%", "") + "%");
        }
        if (json instanceof Double part && part > 0 && part < 1) {
            return quoted(Math.max(1, Math.round(part * 100)) + "%");
        }
        if (json instanceof Integer number && number < 1024 * 1024) {
            return null;
        }
        return sizeHint(json);
    }

    private static @Nullable String rateHint(Object json) {
        if (json instanceof Integer number && number > 0) {
            return quoted(number + "/1m");
        }
        if (json instanceof String text && text.matches("[1-9][0-9]*/(ms|s|m|h|d)")) {
            return quoted(text.replace("/", "/1"));
        }
        return json instanceof String text && text.matches("[1-9][0-9]*") ? quoted(text + "/1m") : null;
    }

    private static @Nullable String spellingHint(
            Object json, String small, String smallUnit, String large, String largeUnit) {
        if (!(json instanceof String text)) {
            return null;
        }
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.replace(" ", ""));
        if (!matcher.matches()) {
            return null;
        }
        String number = matcher.group(1);
        String unit = matcher.group(2);
        String better = null;
        if (unit.isEmpty() || unit.matches(small)) {
            better = number + smallUnit;
        } else if (unit.matches(large)) {
            better = number + largeUnit;
        }
        return better == null || better.equals(text) ? null : quoted(better);
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
