package dev.fanfara.transport.socketio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fanfara.protocol.PayloadReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends along when it connects to a namespace, as far as the gateway looks at it. Immutable.
 *
 * @param pid what it was given when it connected before, and nobody else knows: not to be logged
 * @param offset the last argument of the last event it had then
 */
record Hello(
        @Nullable String token,
        @Nullable String pid,
        @Nullable String offset) {
    private static final Set<String> MEMBERS = Set.of("token", "pid", "offset");

    /** @param auth a JSON object, or nothing */
    static Hello read(byte[] auth) throws Packet.Malformed {
        Map<String, String> said = new HashMap<>();
        if (auth.length == 0) {
            return new Hello(null, null, null);
        }
        try (JsonParser parser = PayloadReader.open(auth)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (MEMBERS.contains(name)) {
                    said.put(name, value == JsonToken.VALUE_STRING ? parser.getText() : "");
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new Packet.Malformed();
            }
        } catch (IOException malformed) {
            throw new Packet.Malformed();
        }
        said.values().removeIf(String::isBlank);
        return new Hello(said.get("token"), said.get("pid"), said.get("offset"));
    }

    @Override
    public String toString() {
        return "Hello[" + (pid == null ? "new" : "back") + "]";
    }
}
