package dev.fanfara.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.TooLongFrameException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates a message that refers to no earlier one, as our answer to permessage-deflate demands. One for all connections
 * of a thread, so none of them keeps a window. Any thread.
 */
final class MessageInflater {
    private static final ThreadLocal<Inflater> INFLATER = ThreadLocal.withInitial(() -> new Inflater(true));

    /** The end of a flush, which the sender cuts off: RFC 7692 section 7.2.2. */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final int FIRST_SIZE = 1024;

    private MessageInflater() {}

    /**
     * @param max how long the message may become, in bytes
     * @throws TooLongFrameException if it becomes longer; no more than that was inflated then
     * @throws DataFormatException if this is not deflated
     */
    static ByteBuf inflate(ByteBuf deflated, int max) throws DataFormatException {
        byte[] input = new byte[deflated.readableBytes() + TAIL.length];
        deflated.getBytes(deflated.readerIndex(), input, 0, deflated.readableBytes());
        System.arraycopy(TAIL, 0, input, deflated.readableBytes(), TAIL.length);
        Inflater inflater = INFLATER.get();
        inflater.reset();
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
            } else if (inflater.finished() && inflater.getRemaining() > TAIL.length) {
                // A block may say that it is the last and is not: section 7.2.3.4.
                int rest = inflater.getRemaining();
                inflater.reset();
                inflater.setInput(input, input.length - rest, rest);
            } else {
                return Unpooled.wrappedBuffer(message, 0, length);
            }
        }
    }
}
