package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What the connections of one event loop share. Touched only by that loop, unless a field says otherwise. */
final class BenchLoop {
    private static final byte[] FLUSH_MARK = {0, 0, (byte) 0xff, (byte) 0xff}; // RFC 7692, 7.2.2
    private static final int MAX_INFLATED = 64 * 1024 * 1024;

    /** Any thread. */
    final EventLoop events;

    final Tally tally = new Tally();
    final List<Member> members = new ArrayList<>();
    final List<Publisher> publishers = new ArrayList<>();
    /** Members the server, or the network, has closed. */
    final List<Member> departed = new ArrayList<>();
    /** How many members of each room live here and read. */
    final int[] readersByRoom;
    /** When the bytes that are being read came in. */
    long readNanos;

    private boolean publishersDirty;
    private Inflight inflight = Inflight.NONE;
    private byte[] inflatedBytes = new byte[64 * 1024];
    private ByteBuf inflated = Unpooled.wrappedBuffer(inflatedBytes);

    BenchLoop(EventLoop events, int rooms) {
        this.events = events;
        this.readersByRoom = new int[rooms];
    }

    /** Counts what one reader heard for the first time. */
    void delivered(int room, int stream, long sequence, int slot, long intendedNanos) {
        tally.deliveries++;
        tally.latency(intendedNanos, readNanos);
        inflight.heard(room, stream, sequence, slot);
    }

    void countInflight(Inflight share) {
        inflight = share;
    }

    void willFlush() {
        publishersDirty = true;
    }

    /** One segment for all that was published in answer to one read. */
    void flushPublishers() {
        if (publishersDirty) {
            publishersDirty = false;
            publishers.forEach(Publisher::flush);
        }
    }

    /** Inflates one message into {@link #inflated()}; returns its length. */
    int inflate(Inflater inflater, ByteBuf in, int index, int length) throws DataFormatException {
        ByteBuffer compressed = in.internalNioBuffer(index, length);
        inflater.setInput(compressed);
        boolean marked = false;
        int size = 0;
        while (true) {
            int more = inflater.inflate(inflatedBytes, size, inflatedBytes.length - size);
            size += more;
            if (size == inflatedBytes.length) {
                if (size >= MAX_INFLATED) {
                    throw new DataFormatException("a message inflates to more than " + MAX_INFLATED + " bytes");
                }
                inflatedBytes = Arrays.copyOf(inflatedBytes, 2 * size);
                inflated = Unpooled.wrappedBuffer(inflatedBytes);
            } else if (inflater.finished()) {
                inflater.reset(); // A final block ends the stream; the next message begins another.
                return size;
            } else if (inflater.needsInput()) {
                if (marked) {
                    return size;
                }
                marked = true;
                inflater.setInput(FLUSH_MARK);
            } else if (more == 0) {
                throw new DataFormatException("a message that needs a dictionary");
            }
        }
    }

    ByteBuf inflated() {
        return inflated;
    }
}
