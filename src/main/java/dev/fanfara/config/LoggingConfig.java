package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;

/** What is logged and in which shape. Immutable. */
public record LoggingConfig(LogLevel level, LogFormat format, boolean access) {
    static LoggingConfig read(Fields fields) {
        return new LoggingConfig(
                fields.value("level", Value.word(LogLevel.class), "info", "The least severe line that is logged"),
                fields.value("format", Value.word(LogFormat.class), "text", "JSON lines for machines, text for people"),
                fields.value("access", Value.flag(), false, "A line for each HTTP request that was answered"));
    }
}
