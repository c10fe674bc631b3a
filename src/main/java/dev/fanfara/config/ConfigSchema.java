package dev.fanfara.config;

import dev.fanfara.json.Shape;
import io.vertx.core.json.JsonObject;

/** The published forms of the configuration, both made from the methods that read it. Immutable. */
public final class ConfigSchema {
    static final Shape SHAPE = Shape.of(fields -> GatewayConfig.read(fields, false));

    private ConfigSchema() {}

    /** JSON Schema, draft 7; the content of {@code conf/fanfara.schema.json}. */
    public static JsonObject schema() {
        return SHAPE.schema("Configuration of Fanfara");
    }

    /**
     * The configuration of an empty file. {@code join} and {@code publish} of rooms are left out: they follow
     * {@code auth.required}, and whoever starts from this document must not open rooms by switching that on.
     */
    public static JsonObject defaults() {
        return SHAPE.defaults();
    }
}
