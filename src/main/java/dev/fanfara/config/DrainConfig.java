package dev.fanfara.config;

import dev.fanfara.json.Fields;
import java.time.Duration;

/** How a node empties before it stops. Immutable. @param window over which the clients are sent away */
public record DrainConfig(Duration window) {
    static DrainConfig read(Fields fields) {
        return new DrainConfig(fields.value(
                "window",
                Quantities.duration("0s", "1h"),
                "20s",
                "Time over which a stopping node sends its clients elsewhere"));
    }
}
