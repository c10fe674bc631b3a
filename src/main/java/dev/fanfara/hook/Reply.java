package dev.fanfara.hook;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.PayloadReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a backend answers: {@code {allow, user?, text? or data?}}; an empty answer allows. Members nobody knows are ignored.
 * Immutable.
 *
 * @param user who a client without a token is
 * @param payload what is published instead
 */
record Reply(boolean allow, @Nullable String user, @Nullable Payload payload) {
    private static final int MAX_USER_LENGTH = 255;
    private static final Reply ALLOWED = new Reply(true, null, null);

    /** @throws IOException if it says neither yes nor no */
    static Reply read(byte[] utf8) throws IOException {
        if (utf8.length == 0) {
            return ALLOWED;
        }
        Boolean allow = null;
        String user = null;
        Payload payload = null;
        try (JsonParser parser = PayloadReader.open(utf8)) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "allow" -> allow = parser.getBooleanValue();
                    case "user" -> user = value == JsonToken.VALUE_NULL ? null : parser.getText();
                    case "text" -> {
                        require(value == JsonToken.VALUE_STRING);
                        payload = new Payload(Payload.Kind.TEXT, PayloadReader.copy(parser));
                    }
                    case "data" -> payload = new Payload(Payload.Kind.DATA, PayloadReader.copy(parser));
                    default -> parser.skipChildren();
                }
            }
            require(parser.nextToken() == null);
        }
        require(user == null || (!user.isEmpty() && user.length() <= MAX_USER_LENGTH));
        if (allow == null) {
            throw new IOException("no \"allow\" that is true or false");
        }
        return new Reply(allow, user, payload);
    }

    private static void require(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("an answer that is not understood");
        }
    }
}
