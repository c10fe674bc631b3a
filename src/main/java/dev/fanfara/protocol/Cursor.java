package dev.fanfara.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Where a client stands in all its rooms, as one word it keeps and shows when it comes back, to any node. Immutable.
 *
 * <p>The word is base64url, at most {@value #MAX_LENGTH_PER_ROOM} characters per room: one byte of version, then of each
 * room the CRC-32 of its name, the offset plus one in groups of seven bits, the lowest first, and the epoch in eight
 * bytes. A plain room has 0 and no epoch: its member learns on return that it may have missed something. A room that is
 * taken for another has another epoch, so the mistake is told as an epoch that ended.
 */
public final class Cursor {
    /** The last one of a client that is not to come back. */
    public static final String END = "end";

    /** With the offsets one room can reach in a year at a thousand publications a second. */
    public static final int MAX_LENGTH_PER_ROOM = 24;

    /** Of a room without positions; no room has an epoch of this name. */
    private static final Position SOMEWHERE = new Position("", 0);

    private static final byte VERSION = 1;
    private static final int SEVEN_BITS = 0x7F;
    private static final int MORE = 0x80;
    /** Offsets are numbers in JSON: 2^53 at most. */
    private static final int MAX_BITS = 53;

    private final Map<Integer, Position> places;

    private Cursor(Map<Integer, Position> places) {
        this.places = places;
    }

    /** Where the client was in this room; null if it was not there. */
    public @Nullable Position in(RoomName room) {
        return places.get(key(room));
    }

    private static int key(RoomName room) {
        CRC32 crc = new CRC32();
        crc.update(room.value().getBytes(StandardCharsets.US_ASCII));
        return (int) crc.getValue();
    }

    /** @throws Refusal {@code bad-request} unless a {@link Writer} wrote it */
    public static Cursor read(String word) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(word);
            if (!text(bytes, bytes.length).equals(word)) {
                throw malformed(); // bits beyond the last byte, or padding
            }
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (!in.hasRemaining() || in.get() != VERSION) {
                throw malformed();
            }
            Map<Integer, Position> places = new HashMap<>();
            while (in.hasRemaining()) {
                int room = in.getInt();
                long next = readNumber(in);
                places.put(room, next == 0 ? SOMEWHERE : new Position(Epochs.text(in.getLong()), next - 1));
            }
            return new Cursor(places);
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException notOurs) {
            throw malformed();
        }
    }

    private static long readNumber(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift < MAX_BITS; shift += 7) {
            byte group = in.get();
            number |= (long) (group & SEVEN_BITS) << shift;
            if ((group & MORE) == 0) {
                if (group == 0 && shift > 0) {
                    throw malformed(); // a longer way to write a number
                }
                return number;
            }
        }
        throw malformed();
    }

    private static Refusal malformed() {
        return new Refusal(ErrorCode.BAD_REQUEST, "Last-Event-ID, since: expected a cursor of this gateway");
    }

    private static String text(byte[] bytes, int length) {
        ByteBuffer encoded = Base64.getUrlEncoder().withoutPadding().encode(ByteBuffer.wrap(bytes, 0, length));
        return StandardCharsets.US_ASCII.decode(encoded).toString();
    }

    /** Makes the word, room by room. */
    public static final class Writer {
        /** A key, eight groups of an offset, an epoch. */
        private static final int MOST_PER_ROOM = Integer.BYTES + 8 + Long.BYTES;

        private final ByteBuffer out;

        public Writer(int rooms) {
            out = ByteBuffer.allocate(1 + rooms * MOST_PER_ROOM).put(VERSION);
        }

        /** Null in a room without positions. */
        public void at(RoomName room, @Nullable Position position) {
            out.putInt(key(room));
            if (position == null || position.equals(SOMEWHERE)) {
                out.put((byte) 0);
            } else {
                putNumber(position.offset() + 1);
                out.putLong(Epochs.number(position.epoch()));
            }
        }

        private void putNumber(long number) {
            long rest = number;
            while (rest > SEVEN_BITS) {
                out.put((byte) (rest & SEVEN_BITS | MORE));
                rest >>>= 7;
            }
            out.put((byte) rest);
        }

        public boolean isEmpty() {
            return out.position() == 1;
        }

        public String word() {
            return text(out.array(), out.position());
        }
    }
}
