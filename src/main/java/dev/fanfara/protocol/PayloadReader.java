package dev.fanfara.protocol;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;

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

    private PayloadReader() {}

    public static JsonParser open(byte[] utf8) throws IOException {
        return JSON.createParser(utf8);
    }

    /** The value the parser stands on, white space removed: an SSE event must not contain a line break. */
    public static byte[] copy(JsonParser parser) throws IOException {
        ByteArrayBuilder bytes = new ByteArrayBuilder();
        try (JsonGenerator out = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                copyToken(token, parser, out);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            } while (depth > 0 && parser.nextToken() != null);
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
}
