package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.time.Duration;

/** How a route's upstreams are asked whether they are well. Immutable. */
public record HealthConfig(String path, Duration interval) {
    private static final Value<String> PATH =
            Value.spelled("a path such as \"/health\", perhaps with a query", "/health", "^/[!-~]*$", text -> {
                if (!text.matches("/[!-~]*")) {
                    throw new IllegalArgumentException("no path");
                }
                return text;
            });

    static HealthConfig read(Fields fields) {
        return new HealthConfig(
                fields.required("path", PATH, "What is asked for with GET; an answer of 200 to 399 is a good one"),
                fields.value("interval", Quantities.duration("1s", "10m"), "5s", "How often each upstream is asked"));
    }
}
