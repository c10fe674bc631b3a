package dev.fanfara.protocol;

/** How epochs are told to clients: opaque, short, and fit for a URL. */
public final class Epochs {
    private Epochs() {}

    public static String text(long epoch) {
        return Long.toUnsignedString(epoch, Character.MAX_RADIX);
    }

    /** Of a text that this class made. */
    static long number(String text) {
        return Long.parseUnsignedLong(text, Character.MAX_RADIX);
    }
}
