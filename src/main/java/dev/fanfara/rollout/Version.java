package dev.fanfara.rollout;

import dev.fanfara.config.AppliedConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as the cluster keeps it. Immutable.
 *
 * @param note the operator's own words, or where it came from
 */
public record Version(AppliedConfig config, Instant time, String note) {
    public long number() {
        return config.version();
    }

    /** All of it, secrets too: for other nodes. */
    public String encode() {
        return new JsonObject()
                .put("version", config.version())
                .put("text", config.text())
                .put("files", new JsonArray(config.files().stream().sorted().toList()))
                .put("time", time.toString())
                .put("note", note)
                .encode();
    }

    public static Version decode(String encoded) {
        JsonObject json = new JsonObject(encoded);
        @Nullable String text = json.getString("text");
        Set<String> files =
                json.getJsonArray("files").stream().map(String.class::cast).collect(Collectors.toSet());
        return new Version(
                new AppliedConfig(json.getLong("version"), text, files),
                Instant.parse(json.getString("time")),
                json.getString("note"));
    }

    /** {@code {version, time, note, source: "applied" | "files"}}: without the document, which may hold secrets. */
    JsonObject toJson() {
        return new JsonObject()
                .put("version", config.version())
                .put("time", time.toString())
                .put("note", note)
                .put("source", config.text() == null ? "files" : "applied");
    }
}
