package dev.fanfara.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.PayloadReader;
import dev.fanfara.protocol.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a publication by HTTP: {@code {text or data, user?, key?}}, or a merge patch (RFC 7396) alone. As in a
 * command, members nobody knows are ignored and of a member that comes twice the last counts.
 *
 * @param room of a message in a batch; empty if there is none
 */
record PublishBody(
        Payload payload, @Nullable String user, @Nullable String key, String room) {
    private static final int MAX_KEY_LENGTH = 64;
    private static final int MAX_USER_LENGTH = 255;

    PublishBody saying(Payload other) {
        return new PublishBody(other, user, key, room);
    }

    /** @throws Refusal {@code too-large}: members would get a message no member may send */
    PublishBody within(int limit) {
        if (payload.json().length > limit) {
            throw new Refusal(ErrorCode.TOO_LARGE, "A message has at most " + limit + " bytes");
        }
        return this;
    }

    /** What an object is read to; the parser stands on its start. */
    private interface Reader {
        PublishBody read(JsonParser parser) throws IOException;
    }

    /** @throws Refusal with a sentence that names the member at fault */
    static PublishBody message(byte[] utf8) {
        return read(utf8, "Expected a JSON object", PublishBody::members);
    }

    /** The body is the payload. */
    static PublishBody patch(byte[] utf8) {
        return read(
                utf8,
                "Expected a JSON object, a merge patch (RFC 7396)",
                parser -> new PublishBody(new Payload(Payload.Kind.DATA, PayloadReader.copy(parser)), null, null, ""));
    }

    /** The elements of an array, each of them any JSON. */
    static List<byte[]> batch(byte[] utf8, int most) {
        try (JsonParser parser = PayloadReader.open(utf8)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new Refusal(ErrorCode.BAD_REQUEST, "Expected a JSON array");
            }
            List<byte[]> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == null) {
                    throw invalid();
                }
                if (elements.size() == most) {
                    throw new Refusal(ErrorCode.TOO_LARGE, "A batch has at most " + most + " messages");
                }
                elements.add(PayloadReader.copy(parser));
            }
            if (parser.nextToken() != null) {
                throw invalid();
            }
            return elements;
        } catch (IOException malformed) {
            throw invalid();
        }
    }

    private static Refusal invalid() {
        return new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
    }

    private static PublishBody read(byte[] utf8, String expected, Reader reader) {
        try (JsonParser parser = PayloadReader.open(utf8)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(ErrorCode.BAD_REQUEST, expected);
            }
            PublishBody body = reader.read(parser);
            if (parser.nextToken() != null) {
                throw invalid();
            }
            return body;
        } catch (IOException malformed) {
            // Bytes that look like UTF-32 to the parser and are none are no JsonProcessingException.
            throw invalid();
        }
    }

    private static PublishBody members(JsonParser parser) throws IOException {
        Payload text = null;
        Payload data = null;
        String user = null;
        String key = null;
        String room = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            parser.nextToken();
            switch (member) {
                case "text" -> text = text(parser);
                case "data" -> data = new Payload(Payload.Kind.DATA, PayloadReader.copy(parser));
                case "user" -> user = string(parser, "user", MAX_USER_LENGTH);
                case "key" -> key = string(parser, "key", MAX_KEY_LENGTH);
                case "room" -> room = roomIfAny(parser);
                default -> parser.skipChildren();
            }
        }
        if (text != null && data != null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "text, data: expected one of them, got both");
        }
        Payload payload = text != null ? text : data;
        if (payload == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "text: expected a string (or 'data' with any JSON)");
        }
        return new PublishBody(payload, user, key, room);
    }

    /** Where the URL names it this is a member nobody knows, which may be anything. */
    private static String roomIfAny(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    private static Payload text(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "text: expected a string (any other JSON goes into 'data')");
        }
        return new Payload(Payload.Kind.TEXT, PayloadReader.copy(parser));
    }

    private static @Nullable String string(JsonParser parser, String member, int maxLength) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        String value = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
        return checked(value, member, maxLength);
    }

    private static String checked(String value, String member, int maxLength) {
        if (value.isEmpty() || value.length() > maxLength) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST, member + ": expected a string of 1 to " + maxLength + " characters");
        }
        return value;
    }

    /** The key may stand in the header {@code Idempotency-Key}, in the body, or, the same one, in both. */
    PublishBody withKey(@Nullable String header) {
        if (header == null) {
            return this;
        }
        if (key != null && !key.equals(header)) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "key: differs from the header Idempotency-Key");
        }
        return new PublishBody(payload, user, checked(header, "Idempotency-Key", MAX_KEY_LENGTH), room);
    }
}
