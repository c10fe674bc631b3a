package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import java.util.List;

/**
 * A question the backend is asked. Immutable.
 *
 * @param allowOnFailure whether what cannot be asked is allowed
 * @param rooms which it is asked about; of no meaning where there is no room
 */
public record HookConfig(String url, boolean allowOnFailure, List<RoomPattern> rooms) {
    private static final String ALLOW = "allow";
    private static final Value<String> ON_FAILURE = Value.oneOf(List.of("deny", ALLOW));

    public boolean isAbout(RoomName room) {
        return rooms.stream().anyMatch(pattern -> pattern.matches(room));
    }

    static HookConfig connect(Fields fields) {
        return read(fields, List.of());
    }

    static HookConfig ofRooms(Fields fields) {
        return read(
                fields,
                fields.list(
                        "rooms",
                        RoomRule.PATTERN,
                        List.of("**"),
                        "The rooms it is about: * is one segment, ** the rest"));
    }

    private static HookConfig read(Fields fields, List<RoomPattern> rooms) {
        return new HookConfig(
                fields.required("url", NetworkValues.HOOK_URL, "Where the question is posted to"),
                fields.value("onFailure", ON_FAILURE, "deny", "What happens while the backend does not answer")
                        .equals(ALLOW),
                rooms);
    }
}
