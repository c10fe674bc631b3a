package dev.fanfara.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/** Checks UTF-8 that comes in parts, and says no at the first byte that cannot be right (RFC 3629 section 4). */
final class Utf8Check implements ByteProcessor {
    private static final int LOWEST = 0x80;
    private static final int HIGHEST = 0xBF;

    /** How many bytes of the character are to come, and between which values the next one must be. */
    private int missing;

    private int low = LOWEST;
    private int high = HIGHEST;

    /** Whether what has come so far, with these bytes at its end, can begin a text. */
    boolean goesOn(ByteBuf bytes) {
        return bytes.forEachByte(this) < 0;
    }

    /** Whether the text may end here. */
    boolean mayEnd() {
        return missing == 0;
    }

    @Override
    public boolean process(byte next) {
        int octet = next & 0xFF;
        if (missing > 0) {
            boolean fits = octet >= low && octet <= high;
            missing--;
            low = LOWEST;
            high = HIGHEST;
            return fits;
        }
        if (octet < LOWEST) {
            return true;
        }
        missing = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
        switch (octet) {
            // No longer form than needed, no surrogates, nothing above U+10FFFF.
            case 0xE0 -> low = 0xA0;
            case 0xED -> high = 0x9F;
            case 0xF0 -> low = 0x90;
            case 0xF4 -> high = 0x8F;
            default -> {}
        }
        return octet >= 0xC2 && octet <= 0xF4;
    }
}
