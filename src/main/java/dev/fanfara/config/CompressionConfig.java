package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;

/**
 * permessage-deflate. Immutable.
 *
 * @param threshold in bytes; smaller messages go as they are
 */
public record CompressionConfig(boolean enabled, int threshold) {
    /** Whether a message of so many bytes is to be compressed, where the client agreed to that. */
    public boolean appliesTo(int bytes) {
        return enabled && bytes >= threshold;
    }

    static CompressionConfig read(Fields fields) {
        return new CompressionConfig(
                fields.value("enabled", Value.flag(), false, "Whether permessage-deflate is offered"),
                fields.value(
                        "threshold", Quantities.size("0B", "64MiB"), "1KiB", "Smaller messages are not compressed"));
    }
}
