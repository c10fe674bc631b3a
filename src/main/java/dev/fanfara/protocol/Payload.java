package dev.fanfara.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What was published: the JSON of {@code text} (a string) or {@code data} (any value), without white space between
 * tokens; or of both members of an event, its name and its {@code data}. It travels as these bytes and is never parsed
 * again. Immutable, by convention not to touch the array.
 */
public record Payload(Kind kind, byte[] json) {
    private static final byte[] AND_DATA = ",\"data\":".getBytes(StandardCharsets.US_ASCII);

    /** The member of a message that carries the payload. */
    public enum Kind {
        TEXT("text"),
        DATA("data"),
        /** The name a client of Socket.IO gave it, and {@code ,"data":} with an object. */
        EVENT("event");

        private final String member;

        Kind(String member) {
            this.member = member;
        }

        public String member() {
            return member;
        }
    }

    /** {@code name} is the JSON of a string, {@code object} that of an object. */
    public static Payload event(byte[] name, byte[] object) {
        byte[] json = Arrays.copyOf(name, name.length + AND_DATA.length + object.length);
        System.arraycopy(AND_DATA, 0, json, name.length, AND_DATA.length);
        System.arraycopy(object, 0, json, name.length + AND_DATA.length, object.length);
        return new Payload(Kind.EVENT, json);
    }

    /** The JSON of an event's name. */
    byte[] eventName() {
        return Arrays.copyOf(json, endOfName());
    }

    /** The JSON of the object an event came with. */
    byte[] eventData() {
        return Arrays.copyOfRange(json, endOfName() + AND_DATA.length, json.length);
    }

    private int endOfName() {
        int at = 1;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    /** Whether it is {@code data} that holds an object, as a merge patch (RFC 7396) of a state room must. */
    public boolean isObject() {
        return kind == Kind.DATA && json[0] == '{';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && kind == that.kind && Arrays.equals(json, that.json);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Arrays.hashCode(json);
    }

    @Override
    public String toString() {
        return kind.member() + "[" + json.length + " bytes]";
    }
}
