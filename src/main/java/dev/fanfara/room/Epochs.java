package dev.fanfara.room;

/** How epochs are told to clients: opaque, short, and fit for a URL. */
public final class Epochs {
    private Epochs() {}

    public static String text(long epoch) {
        return Long.toUnsignedString(epoch, Character.MAX_RADIX);
    }
}
