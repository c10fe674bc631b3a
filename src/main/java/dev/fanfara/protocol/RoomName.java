package dev.fanfara.protocol;

/** The name of a room: 1 to 255 characters of {@code [A-Za-z0-9_.:@/-]}. Immutable. */
public record RoomName(String value) {
    public static final int MAX_LENGTH = 255;

    public RoomName {
        if (!isValid(value)) {
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

    @Override
    public String toString() {
        return value;
    }
}
