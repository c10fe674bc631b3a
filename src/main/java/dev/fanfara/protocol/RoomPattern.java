package dev.fanfara.protocol;

/**
 * A set of room names: segments parted by {@code :}, where {@code *} stands for one segment and {@code **}, as the last,
 * for one segment or more. {@code a:**} does not match {@code a}; a lone {@code **} matches every room. Immutable.
 */
public record RoomPattern(String value) {
    public RoomPattern {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "expected a room pattern such as 'dash:*' or 'dash:**' ('**' only as the last segment)");
        }
    }

    private static boolean isValid(String pattern) {
        if (pattern.isEmpty() || pattern.length() > RoomName.MAX_LENGTH) {
            return false;
        }
        String[] segments = pattern.split(":", -1);
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            boolean wildcard = segment.equals("*") || (segment.equals("**") && i == segments.length - 1);
            if (!wildcard && !isLiteral(segment)) {
                return false;
            }
        }
        return true;
    }

    /** An empty segment is one too: {@code a:} is a room name. */
    private static boolean isLiteral(String segment) {
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_.@/-".indexOf(c) >= 0;
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    /** One pass over both, no allocation: it runs for every join and publish. */
    public boolean matches(RoomName room) {
        String name = room.name();
        int p = 0;
        int n = 0;
        while (true) {
            if (value.startsWith("**", p)) {
                return true;
            }
            int patternEnd = end(value, p);
            int nameEnd = end(name, n);
            boolean any = patternEnd - p == 1 && value.charAt(p) == '*';
            if (!any && (patternEnd - p != nameEnd - n || !value.regionMatches(p, name, n, nameEnd - n))) {
                return false;
            }
            boolean patternDone = patternEnd == value.length();
            boolean nameDone = nameEnd == name.length();
            if (patternDone || nameDone) {
                return patternDone && nameDone;
            }
            p = patternEnd + 1;
            n = nameEnd + 1;
        }
    }

    private static int end(String text, int from) {
        int colon = text.indexOf(':', from);
        return colon < 0 ? text.length() : colon;
    }

    @Override
    public String toString() {
        return value;
    }
}
