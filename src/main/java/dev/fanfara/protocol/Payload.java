package dev.fanfara.protocol;

import java.util.Arrays;

/**
 * What was published: the JSON of {@code text} (a string) or {@code data} (any value), without white space between
 * tokens. It travels as these bytes and is never parsed again. Immutable, by convention not to touch the array.
 */
public record Payload(Kind kind, byte[] json) {
    /** The member of a message that carries the payload. */
    public enum Kind {
        TEXT("text"),
        DATA("data");

        private final String member;

        Kind(String member) {
            this.member = member;
        }

        public String member() {
            return member;
        }
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
