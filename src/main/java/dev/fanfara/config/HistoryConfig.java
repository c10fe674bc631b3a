package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;

/**
 * How much a room remembers: messages of a log room, patches of a state room. Whichever limit is reached first counts.
 * Immutable.
 *
 * @param size messages
 * @param ttl age of the oldest
 * @param bytes of all of them together
 */
public record HistoryConfig(int size, Duration ttl, long bytes) {
    /** What a rule that says nothing about it means. */
    public static final HistoryConfig DEFAULT = new HistoryConfig(1000, Duration.ofMinutes(10), 256 * 1024);

    static HistoryConfig read(Fields fields) {
        return new HistoryConfig(
                fields.value("size", Value.integer(1, 100_000), DEFAULT.size, "Messages a room remembers"),
                fields.value(
                        "ttl",
                        Quantities.duration("1s", "24h"),
                        Quantities.text(DEFAULT.ttl),
                        "How long a room remembers a message"),
                fields.value("bytes", RoomRule.MEMORY, "256KiB", "Bytes of all remembered messages of a room"));
    }
}
