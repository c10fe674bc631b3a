package dev.fanfara.http.route;

import io.vertx.core.buffer.Buffer;

/**
 * Where in a stream of WebSocket frames one ends and the next begins, so that a frame of ours can be put in between. Looks
 * at nothing else but the number in a close frame that is not masked. Not thread-safe.
 */
final class FrameBoundaries {
    static final int NONE = -1;

    private static final int MASKED = 0x80;
    private static final int CLOSE = 0x8;
    private static final int LONGEST_HEADER = 14;

    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerLength;
    private long payloadLeft;
    private int closeCode;
    private int closeBytes;

    /** How much of this may pass before a frame could be put in: {@link #NONE} if one begins that goes on behind it. */
    int pass(Buffer bytes) {
        int firstEnd = isBetween() ? 0 : NONE;
        int at = 0;
        while (at < bytes.length()) {
            at = payloadLeft > 0 ? payload(bytes, at) : header(bytes, at);
            if (firstEnd == NONE && isBetween()) {
                firstEnd = at;
            }
        }
        return firstEnd;
    }

    boolean isBetween() {
        return payloadLeft == 0 && headerLength == 0;
    }

    /** Of the close frame that came; 0 if none came, or none with a number. */
    int closeCode() {
        return closeBytes == 2 ? closeCode : 0;
    }

    private int payload(Buffer bytes, int from) {
        int part = (int) Math.min(payloadLeft, bytes.length() - from);
        if (isPlainClose()) {
            for (int i = from; i < from + part && closeBytes < 2; i++, closeBytes++) {
                closeCode = closeCode << 8 | (bytes.getByte(i) & 0xff);
            }
        }
        payloadLeft -= part;
        if (payloadLeft == 0) {
            headerLength = 0;
        }
        return from + part;
    }

    private int header(Buffer bytes, int at) {
        header[headerLength++] = bytes.getByte(at);
        if (headerLength >= 2 && headerLength == wanted()) {
            payloadLeft = payloadLength();
            if (payloadLeft == 0) {
                headerLength = 0;
            }
        }
        return at + 1;
    }

    private int wanted() {
        int length = header[1] & 0x7f;
        return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + ((header[1] & MASKED) != 0 ? 4 : 0);
    }

    private long payloadLength() {
        int length = header[1] & 0x7f;
        if (length < 126) {
            return length;
        }
        long extended = 0;
        for (int i = 2; i < (length == 126 ? 4 : 10); i++) {
            extended = extended << 8 | (header[i] & 0xff);
        }
        return extended < 0 ? Long.MAX_VALUE : extended;
    }

    private boolean isPlainClose() {
        return (header[0] & 0xf) == CLOSE && (header[1] & MASKED) == 0;
    }
}
