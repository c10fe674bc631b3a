package dev.fanfara.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed JSON text that remembers the line of every value. Stricter than Vert.x's own codec, which lets the last of two
 * equal keys win and ignores what follows the first value: both hide a mistake in a file that people edit. Immutable.
 *
 * @param value a {@link JsonObject}, {@link JsonArray}, {@link String}, {@link Number}, {@link Boolean} or null
 * @param lines from JSON pointer to line, counted from 1
 */
public record JsonText(@Nullable Object value, Map<String, Integer> lines) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public static JsonText parse(String text) throws BrokenJson {
        String json = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (json.isBlank()) {
            throw new BrokenJson(1, 1, "JSON, got an empty text");
        }
        try (JsonParser parser = JSON.createParser(json)) {
            Map<String, Integer> lines = new HashMap<>();
            Object value = value(parser, parser.nextToken(), "", lines);
            if (parser.nextToken() != null) {
                JsonLocation at = parser.currentTokenLocation();
                throw new BrokenJson(at.getLineNr(), at.getColumnNr(), "nothing after the end of the first value");
            }
            return new JsonText(value, Map.copyOf(lines));
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new BrokenJson(at.getLineNr(), at.getColumnNr(), withoutContent(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail to be read", e);
        }
    }

    private static @Nullable Object value(
            JsonParser parser, @Nullable JsonToken token, String pointer, Map<String, Integer> lines)
            throws IOException {
        lines.put(pointer, parser.currentTokenLocation().getLineNr());
        if (token == JsonToken.START_OBJECT) {
            JsonObject object = new JsonObject();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                object.put(key, value(parser, parser.nextToken(), Pointer.child(pointer, key), lines));
            }
            return object;
        }
        if (token == JsonToken.START_ARRAY) {
            JsonArray array = new JsonArray();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                array.add(value(parser, next, Pointer.child(pointer, array.size()), lines));
            }
            return array;
        }
        if (token == null || token == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (token) {
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> parser.getNumberValue();
        };
    }

    /** Jackson quotes the word it stumbled over; in a configuration that may be a secret somebody forgot to quote. */
    private static String withoutContent(String message) {
        if (message.startsWith("Unrecognized token")) {
            return "JSON, got a word that is none (texts stand in double quotes)";
        }
        if (message.startsWith("Duplicate field")) {
            return "every key once: " + message;
        }
        return "JSON: " + message.replaceAll("\\s*\\n.*", "").replaceAll("(?s) \\(start marker at .*", "");
    }
}
