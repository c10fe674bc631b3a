package dev.fanfara.json;

/** JSON pointers (RFC 6901) as plain text. */
final class Pointer {
    private Pointer() {}

    static String child(String parent, String key) {
        return parent + '/' + key.replace("~", "~0").replace("/", "~1");
    }

    static String child(String parent, int index) {
        return parent + '/' + index;
    }

    /** Whether {@code pointer} names {@code ancestor} itself or something inside it. */
    static boolean isWithin(String ancestor, String pointer) {
        return pointer.startsWith(ancestor)
                && (pointer.length() == ancestor.length() || pointer.charAt(ancestor.length()) == '/');
    }
}
