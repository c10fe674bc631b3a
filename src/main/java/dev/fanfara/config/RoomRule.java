package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import dev.fanfara.protocol.RoomPattern;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the rooms a pattern matches; the first match wins. Immutable.
 *
 * @param history what log and state rooms remember
 * @param stateBytes most bytes of a state room's JSON object
 * @param maxRate most patches per second for one member of a state room; 0: no limit
 * @param conflates whether a slow member gets merged patches instead of being closed; state rooms only
 */
public record RoomRule(
        RoomPattern match,
        RoomMode mode,
        PresenceMode presence,
        Access join,
        Access publish,
        HistoryConfig history,
        long stateBytes,
        int maxRate,
        boolean conflates) {
    static final Value<RoomPattern> PATTERN = Value.spelled(
            "a room pattern such as \"dash:*\" or \"dash:**\" (** only as the last segment)",
            "dash:*",
            new JsonObject()
                    .put("type", "string")
                    .put("minLength", 1)
                    .put("maxLength", 255)
                    .put("pattern", "^((\\*|[A-Za-z0-9_.@/-]*):)*(\\*\\*?|[A-Za-z0-9_.@/-]*)$"),
            RoomPattern::new);

    /** What one room may keep of anything. */
    static final Value<Integer> MEMORY = Quantities.size("1KiB", "4MiB");

    private static final long STATE_BYTES = 256 * 1024;
    private static final String CONFLATE = "conflate";
    private static final Value<String> SLOW = Value.oneOf(List.of(CONFLATE, "close"));

    /** With the defaults of its mode for what it keeps. */
    public RoomRule(RoomPattern match, RoomMode mode, PresenceMode presence, Access join, Access publish) {
        this(match, mode, presence, join, publish, HistoryConfig.DEFAULT, STATE_BYTES, 0, mode == RoomMode.STATE);
    }

    /** Whether rooms of this rule have positions and remember what was published. */
    public boolean keepsHistory() {
        return mode != RoomMode.PLAIN;
    }

    public boolean keepsState() {
        return mode == RoomMode.STATE;
    }

    /** @param byDefault who may join and publish where a rule does not say so */
    static RoomRule read(Fields fields, Access byDefault) {
        RoomPattern match = fields.required("match", PATTERN, "Rooms this rule is for: * is one segment, ** the rest");
        RoomMode mode = fields.value(
                "mode",
                Value.word(RoomMode.class),
                "plain",
                "What the room keeps: plain nothing, log its last messages, state a JSON object");
        Integer maxRate = fields.optional(
                "maxRate",
                Value.integer(1, 1000),
                "Patches per second one member gets at most, merged where there are more; state rooms only");
        String slow = fields.optional(
                "slow",
                SLOW,
                "What a member that reads too slowly gets: merged patches, or a close; when not written, conflate for"
                        + " state and else close");
        RoomRule rule = new RoomRule(
                match,
                mode,
                fields.value("presence", Value.word(PresenceMode.class), "full", "What members learn of each other"),
                access(fields, "join", byDefault),
                access(fields, "publish", byDefault),
                fields.object("history", HistoryConfig::read, "What log and state rooms remember"),
                fields.object("state", RoomRule::stateBytes, "The JSON object a state room keeps"),
                maxRate == null ? 0 : maxRate,
                slow == null ? mode == RoomMode.STATE : slow.equals(CONFLATE));
        rule.checkMode(fields);
        return rule;
    }

    private static long stateBytes(Fields state) {
        return state.value("bytes", MEMORY, "256KiB", "Most bytes of it");
    }

    private void checkMode(Fields fields) {
        fields.check(
                keepsHistory() || !fields.has("history"),
                "history",
                "no such key unless mode is log or state: a plain room keeps nothing",
                "mode");
        fields.check(
                keepsState() || !fields.has("state"),
                "state",
                "no such key unless mode is state: this room keeps none",
                "mode");
        fields.check(
                keepsState() || maxRate == 0,
                "maxRate",
                "no such key unless mode is state: messages cannot be merged",
                "mode");
        fields.check(
                keepsState() || !conflates, "slow", "close unless mode is state: messages cannot be merged", "mode");
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
