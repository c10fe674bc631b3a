package dev.fanfara.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The name of a room: 1 to 255 characters of {@code [A-Za-z0-9_.:@/-]}. Rooms of another namespace than the main one are
 * other rooms, whatever they are called; no client can name one from outside. Immutable.
 */
public final class RoomName {
    public static final int MAX_LENGTH = 255;
    /** The namespace all rooms are in that belong to no other. */
    public static final String MAIN = "/";

    /** Between namespace and name: no name that a client says holds it. */
    private static final char IN = '#';

    private final String value;
    /** Where the name begins behind the namespace. */
    private final int begin;

    /**
     * A room of the main namespace.
     *
     * @throws Refusal {@code bad-request}
     */
    public RoomName(String name) {
        requireValid(name);
        value = name;
        begin = 0;
    }

    private RoomName(String value, int begin) {
        this.value = value;
        this.begin = begin;
    }

    /** @throws Refusal {@code bad-request} if the name is not one */
    public static RoomName in(String namespace, String name) {
        if (namespace.equals(MAIN)) {
            return new RoomName(name);
        }
        requireValid(name);
        return new RoomName(namespace + IN + name, namespace.length() + 1);
    }

    /** A room as {@link #value} names it. */
    public static RoomName of(String value) {
        int in = value.lastIndexOf(IN);
        return in < 0 ? new RoomName(value) : in(value.substring(0, in), value.substring(in + 1));
    }

    private static void requireValid(String name) {
        if (!isValid(name)) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "room: expected 1 to " + MAX_LENGTH
                            + " characters of A-Z a-z 0-9 _ . : @ / -, with no empty, '.' or"
                            + " '..' part between slashes");
        }
    }

    private static boolean isValid(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!isAllowed(name.charAt(i))) {
                return false;
            }
        }
        return name.indexOf('/') < 0 || hasOnlyPlainParts(name);
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_.:@/-".indexOf(c) >= 0;
    }

    /** Proxies rewrite empty and dotted path parts, so a room of that name would be another room behind them. */
    private static boolean hasOnlyPlainParts(String name) {
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /** What tells it from all other rooms of the cluster: the name, behind its namespace if that is not the main one. */
    public String value() {
        return value;
    }

    /** What its members call it. */
    public String name() {
        return begin == 0 ? value : value.substring(begin);
    }

    public String namespace() {
        return begin == 0 ? MAIN : value.substring(0, begin - 1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RoomName that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
