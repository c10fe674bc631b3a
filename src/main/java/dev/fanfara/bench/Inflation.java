package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates messages of permessage-deflate (RFC 7692), one after the other, into the same bytes. Not thread-safe. */
final class Inflation {
    /** What a compressor cuts off the end of each message; section 7.2.2. */
    private static final byte[] FLUSH_MARK = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int MAX_INFLATED = 64 * 1024 * 1024;

    private byte[] bytes = new byte[64 * 1024];
    private ByteBuf inflated = Unpooled.wrappedBuffer(bytes);

    /** {@code inflater} is the connection's and keeps its window; the result is valid until the next call. */
    ByteBuf inflate(Inflater inflater, ByteBuf in, int index, int length) throws DataFormatException {
        inflater.setInput(in.internalNioBuffer(index, length));
        boolean marked = false;
        int size = 0;
        while (true) {
            int more = inflater.inflate(bytes, size, bytes.length - size);
            size += more;
            if (size == bytes.length) {
                grow();
            } else if (inflater.finished()) {
                inflater.reset(); // A final block ends the stream; the next message begins another.
                return inflated.setIndex(0, size);
            } else if (inflater.needsInput()) {
                if (marked) {
                    return inflated.setIndex(0, size);
                }
                marked = true;
                inflater.setInput(FLUSH_MARK);
            } else if (more == 0) {
                throw new DataFormatException("it needs a dictionary");
            }
        }
    }

    private void grow() throws DataFormatException {
        if (bytes.length >= MAX_INFLATED) {
            throw new DataFormatException("it is over " + MAX_INFLATED + " bytes");
        }
        bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        inflated = Unpooled.wrappedBuffer(bytes);
    }
}
