package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import dev.fanfara.protocol.RoomPattern;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What holds for the rooms a pattern matches; the first match wins. Immutable. */
public record RoomRule(RoomPattern match, RoomMode mode, PresenceMode presence, Access join, Access publish) {
    static final Value<RoomPattern> PATTERN = Value.spelled(
            "a room pattern such as \"dash:*\" or \"dash:**\" (** only as the last segment)",
            "dash:*",
            new JsonObject()
                    .put("type", "string")
                    .put("minLength", 1)
                    .put("maxLength", 255)
                    .put("pattern", "^((\\*|[A-Za-z0-9_.@/-]*):)*(\\*\\*?|[A-Za-z0-9_.@/-]*)$"),
            RoomPattern::new);

    /** @param byDefault who may join and publish where a rule does not say so */
    static RoomRule read(Fields fields, Access byDefault) {
        RoomRule rule = new RoomRule(
                fields.required("match", PATTERN, "Rooms this rule is for: * is one segment, ** the rest"),
                fields.value(
                        "mode",
                        Value.word(RoomMode.class).notYet("log", "state"),
                        "plain",
                        "What the room keeps; plain keeps nothing"),
                fields.value("presence", Value.word(PresenceMode.class), "full", "What members learn of each other"),
                access(fields, "join", byDefault),
                access(fields, "publish", byDefault));
        fields.notYet("history", "state", "maxRate", "slow");
        return rule;
    }

    private static Access access(Fields fields, String right, Access byDefault) {
        @Nullable
        Access access = fields.optional(
                right,
                Value.word(Access.class),
                "Who may " + right + "; when not written, token if auth.required and else anyone");
        return access == null ? byDefault : access;
    }
}
