package dev.fanfara.protocol;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How JSON of strangers is read: with limits on its shape, and values copied as the bytes they are. */
public final class PayloadReader {
    /** Interning and canonical names are for known vocabularies; here the names are the client's. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(256)
                    .maxNumberLength(1000)
                    .build())
            .build();

    /**
     * What an object becomes while it is read, member by member. A name comes as the text between its quotes in JSON, in
     * one spelling: equal names are equal text.
     */
    public interface Members<T> {
        T begin();

        /** {@code json} is the text of a string, number, array, true, false or null. */
        void leaf(T object, String name, byte[] json);

        /** {@code member} is complete. */
        void object(T object, String name, T member);
    }

    private PayloadReader() {}

    public static JsonParser open(byte[] utf8) throws IOException {
        return JSON.createParser(utf8);
    }

    /** The value the parser stands on, white space removed: an SSE event must not contain a line break. */
    public static byte[] copy(JsonParser parser) throws IOException {
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            copy(parser, out);
        }
        return bytes.toByteArray();
    }

    private static void copy(JsonParser parser, JsonGenerator out) throws IOException {
        int depth = 0;
        do {
            JsonToken token = parser.currentToken();
            copyToken(token, parser, out);
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } while (depth > 0 && parser.nextToken() != null);
    }

    /** The object the parser stands on, without some of its members. */
    public static byte[] copy(JsonParser parser, Set<String> without) throws IOException {
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (without.contains(name)) {
                    parser.skipChildren();
                } else {
                    out.writeFieldName(name);
                    copy(parser, out);
                }
            }
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Numbers stay the text they were: 1e999999999 is valid JSON, and costly to anyone who computes it. */
    private static void copyToken(JsonToken token, JsonParser parser, JsonGenerator out) throws IOException {
        switch (token) {
            case START_OBJECT -> out.writeStartObject();
            case END_OBJECT -> out.writeEndObject();
            case START_ARRAY -> out.writeStartArray();
            case END_ARRAY -> out.writeEndArray();
            case FIELD_NAME -> out.writeFieldName(parser.currentName());
            case VALUE_STRING ->
                out.writeString(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(parser.getText());
            case VALUE_TRUE -> out.writeBoolean(true);
            case VALUE_FALSE -> out.writeBoolean(false);
            default -> out.writeNull();
        }
    }

    /**
     * Reads an object down to the leaves; nesting is limited, as in all that is read here.
     *
     * @return null if this is JSON, but no object
     * @throws Refusal {@code invalid-json} if it is no JSON
     */
    public static <T> @Nullable T readObject(byte[] utf8, Members<T> members) {
        try (JsonParser parser = open(utf8)) {
            JsonToken first = parser.nextToken();
            T object = null;
            if (first == JsonToken.START_OBJECT) {
                object = readMembers(parser, utf8, members);
            } else {
                parser.skipChildren();
            }
            if (first == null || parser.nextToken() != null) {
                throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
            }
            return object;
        } catch (IOException malformed) {
            throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
        }
    }

    private static <T> T readMembers(JsonParser parser, byte[] utf8, Members<T> members) throws IOException {
        T object = members.begin();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = spelled(parser.currentName());
            switch (parser.nextToken()) {
                case START_OBJECT -> members.object(object, name, readMembers(parser, utf8, members));
                case START_ARRAY -> members.leaf(object, name, copy(parser));
                default -> members.leaf(object, name, slice(parser, utf8));
            }
        }
        return object;
    }

    /** The scalar the parser stands on, cut out: much cheaper than {@link #copy}, and there is no white space in it. */
    private static byte[] slice(JsonParser parser, byte[] utf8) throws IOException {
        parser.finishToken();
        long from = parser.currentTokenLocation().getByteOffset();
        if (from < 0) {
            throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON"); // taken for UTF-16: its second byte is a zero
        }
        return Arrays.copyOfRange(
                utf8, (int) from, (int) parser.currentLocation().getByteOffset());
    }

    /** Half a surrogate pair becomes a question mark, as in {@link JsonWriter}. */
    private static String spelled(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
                String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(name));
                return new String(escaped.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            }
        }
        return name;
    }
}
