package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;

/**
 * What every payload begins with: who sent it, as the how manieth, and when it was meant to leave. Written in letters
 * that JSON leaves alone, eight for 32 bits, so that a reader needs four loads and no parser.
 *
 * <pre>{@code
 * FnB~  stream(8)  sequence(8)  slot(8)  intended nanoTime(16)
 * }</pre>
 */
final class Stamp {
    static final int LENGTH = 4 + 8 + 8 + 8 + 16;

    private static final byte[] MAGIC = {'F', 'n', 'B', '~'};
    private static final int MAGIC_INT = MAGIC[0] << 24 | MAGIC[1] << 16 | MAGIC[2] << 8 | MAGIC[3];
    private static final long LETTERS = 0x6161616161616161L; // 'a', eight times

    private static final int STREAM = 4;
    private static final int SEQUENCE = 12;
    private static final int SLOT = 20;
    private static final int INTENDED = 28;

    private Stamp() {}

    static void write(byte[] to, int stream, long sequence, int slot, long intendedNanos) {
        System.arraycopy(MAGIC, 0, to, 0, MAGIC.length);
        put(to, STREAM, stream);
        put(to, SEQUENCE, (int) sequence);
        put(to, SLOT, slot);
        put(to, INTENDED, (int) (intendedNanos >>> 32));
        put(to, INTENDED + 8, (int) intendedNanos);
    }

    private static void put(byte[] to, int at, int value) {
        for (int i = 0; i < 8; i++) {
            to[at + i] = (byte) ('a' + (value >>> 28 - 4 * i & 0xf));
        }
    }

    /**
     * Where the stamp of a message begins, or -1. It looks first where the last one was, since messages of a room
     * differ only behind it.
     */
    static int find(ByteBuf in, int index, int length, int lastOffset) {
        int last = length - LENGTH;
        if (lastOffset <= last && in.getInt(index + lastOffset) == MAGIC_INT) {
            return index + lastOffset;
        }
        for (int offset = 0; offset <= last; offset++) {
            if (in.getByte(index + offset) == MAGIC[0] && in.getInt(index + offset) == MAGIC_INT) {
                return index + offset;
            }
        }
        return -1;
    }

    static int stream(ByteBuf in, int at) {
        return get(in, at + STREAM);
    }

    static long sequence(ByteBuf in, int at) {
        return get(in, at + SEQUENCE) & 0xffffffffL;
    }

    static int slot(ByteBuf in, int at) {
        return get(in, at + SLOT);
    }

    static long intendedNanos(ByteBuf in, int at) {
        return (long) get(in, at + INTENDED) << 32 | get(in, at + INTENDED + 8) & 0xffffffffL;
    }

    /** Eight letters at once: each halving step joins neighbours. */
    private static int get(ByteBuf in, int at) {
        long nibbles = in.getLong(at) - LETTERS;
        long bytes = (nibbles | nibbles >>> 4) & 0x00ff00ff00ff00ffL;
        long shorts = (bytes | bytes >>> 8) & 0x0000ffff0000ffffL;
        return (int) (shorts | shorts >>> 16);
    }
}
