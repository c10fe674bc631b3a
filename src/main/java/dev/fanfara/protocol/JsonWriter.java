package dev.fanfara.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON objects as UTF-8. It exists because a payload goes in as the bytes it already is, which no JSON library
 * lets us do without a copy into a string. Not thread-safe; used once.
 */
public final class JsonWriter {
    private byte[] bytes;
    private int length;
    /** The next member is the first of its object or array, so no comma goes before it. */
    private boolean first = true;

    private boolean ids = true;

    public JsonWriter(int expectedLength) {
        bytes = new byte[expectedLength];
    }

    public JsonWriter beginObject() {
        comma();
        put('{');
        first = true;
        return this;
    }

    public JsonWriter endObject() {
        put('}');
        first = false;
        return this;
    }

    public JsonWriter beginArray() {
        comma();
        put('[');
        first = true;
        return this;
    }

    public JsonWriter beginArray(String name) {
        name(name);
        put('[');
        first = true;
        return this;
    }

    public JsonWriter endArray() {
        put(']');
        first = false;
        return this;
    }

    public JsonWriter member(String name, String value) {
        name(name);
        put('"');
        put(quoted(value));
        put('"');
        return this;
    }

    public JsonWriter beginObject(String name) {
        name(name);
        put('{');
        first = true;
        return this;
    }

    /** An element of an array; {@code json} is a whole JSON value. */
    public JsonWriter element(byte[] json) {
        comma();
        put(json);
        return this;
    }

    /** An element that is an object, which goes on behind the members it has. */
    public JsonWriter beginObject(byte[] json) {
        comma();
        ensure(json.length);
        System.arraycopy(json, 0, bytes, length, json.length - 1);
        length += json.length - 1;
        first = json.length == 2;
        return this;
    }

    public JsonWriter memberIfPresent(String name, @Nullable String value) {
        return value == null ? this : member(name, value);
    }

    public JsonWriter member(String name, long value) {
        return raw(name, Long.toString(value).getBytes(StandardCharsets.ISO_8859_1));
    }

    public JsonWriter member(String name, boolean value) {
        return raw(name, (value ? "true" : "false").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** From here on no {@code id} is written: the wire has a place of its own for it. */
    public JsonWriter withoutIds() {
        ids = false;
        return this;
    }

    /** {@code id}, exactly as the client wrote it. */
    public JsonWriter id(@Nullable CommandId id) {
        return id == null || !ids ? this : raw("id", id.json().getBytes(StandardCharsets.UTF_8));
    }

    public JsonWriter texts(String name, List<String> values) {
        beginArray(name);
        for (String value : values) {
            comma();
            put('"');
            put(quoted(value));
            put('"');
        }
        return endArray();
    }

    /** {@code epoch} and {@code offset}. */
    public JsonWriter position(@Nullable Position position) {
        return position == null ? this : member("epoch", position.epoch()).member("offset", position.offset());
    }

    /** Each with its {@code type}. */
    public JsonWriter messages(String name, List<ServerMessage> messages) {
        beginArray(name);
        for (ServerMessage message : messages) {
            message.write(this);
        }
        return endArray();
    }

    public JsonWriter payload(Payload payload) {
        return raw(payload.kind().member(), payload.json());
    }

    /** {@code json} is a whole JSON value. */
    public JsonWriter raw(String name, byte[] json) {
        name(name);
        put(json);
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Names are the protocol's own words: ASCII, nothing to escape. */
    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) is the fast copy of ASCII
    private void name(String name) {
        comma();
        put('"');
        ensure(name.length());
        name.getBytes(0, name.length(), bytes, length);
        length += name.length();
        put('"');
        put(':');
    }

    /** Half a surrogate pair has no UTF-8; it becomes a question mark as everywhere in Java. */
    private static byte[] quoted(String value) {
        char[] escaped = JsonStringEncoder.getInstance().quoteAsString(value);
        return new String(escaped).getBytes(StandardCharsets.UTF_8);
    }

    private void comma() {
        if (first) {
            first = false;
        } else {
            put(',');
        }
    }

    private void put(char ascii) {
        ensure(1);
        bytes[length++] = (byte) ascii;
    }

    private void put(byte[] more) {
        ensure(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
