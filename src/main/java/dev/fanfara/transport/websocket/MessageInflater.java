package dev.fanfara.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.TooLongFrameException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates what a client has deflated, for permessage-deflate. Touched only by one event loop.
 *
 * <p>Where the client has promised that no message refers to an earlier one, one inflater serves all connections of a
 * thread. Else a connection needs its own from its first deflated message on, with a window of 40 KB outside the heap.
 */
final class MessageInflater {
    private static final ThreadLocal<MessageInflater> SHARED =
            ThreadLocal.withInitial(() -> new MessageInflater(false));

    /** The end of a flush, which the sender cuts off: RFC 7692 section 7.2.2. */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final int FIRST_SIZE = 1024;

    private final Inflater inflater = new Inflater(true);
    private final boolean remembers;

    private MessageInflater(boolean remembers) {
        this.remembers = remembers;
    }

    /** For clients whose messages stand each for itself. */
    static MessageInflater shared() {
        return SHARED.get();
    }

    /** For one client whose messages may refer to earlier ones; to be ended. */
    static MessageInflater forOne() {
        return new MessageInflater(true);
    }

    void end() {
        inflater.end();
    }

    /**
     * @param max how long the message may become, in bytes
     * @throws TooLongFrameException if it becomes longer; no more than that was inflated then
     * @throws DataFormatException if this is not deflated
     */
    ByteBuf inflate(ByteBuf deflated, int max) throws DataFormatException {
        byte[] input = new byte[deflated.readableBytes() + TAIL.length];
        deflated.getBytes(deflated.readerIndex(), input, 0, deflated.readableBytes());
        System.arraycopy(TAIL, 0, input, deflated.readableBytes(), TAIL.length);
        if (!remembers) {
            inflater.reset();
        }
        inflater.setInput(input);
        byte[] message = new byte[Math.min(FIRST_SIZE, max + 1)];
        int length = 0;
        while (true) {
            length += inflater.inflate(message, length, message.length - length);
            if (length > max) {
                throw new TooLongFrameException("inflates to more than " + max + " bytes");
            }
            if (length == message.length) {
                message = Arrays.copyOf(message, Math.min(message.length * 2, max + 1));
            } else if (inflater.finished()) {
                // A block may say that it is the last, and the next message comes nevertheless: section 7.2.3.4.
                int rest = inflater.getRemaining();
                inflater.reset();
                if (rest <= TAIL.length) {
                    return Unpooled.wrappedBuffer(message, 0, length);
                }
                inflater.setInput(input, input.length - rest, rest);
            } else {
                return Unpooled.wrappedBuffer(message, 0, length);
            }
        }
    }
}
