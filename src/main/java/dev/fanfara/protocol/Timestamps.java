package dev.fanfara.protocol;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as the protocol writes them: ISO 8601, UTC, always three digits of milliseconds. */
public final class Timestamps {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Formatting costs a microsecond, and a busy node writes thousands of equal times. */
    private static volatile Formatted last = new Formatted(0, format(0));

    private record Formatted(long millis, String text) {}

    private Timestamps() {}

    public static String iso(long epochMillis) {
        Formatted known = last;
        if (known.millis() != epochMillis) {
            known = new Formatted(epochMillis, format(epochMillis));
            last = known;
        }
        return known.text();
    }

    private static String format(long epochMillis) {
        return ISO.format(Instant.ofEpochMilli(epochMillis));
    }
}
