package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A connection that speaks; what it hears of others is not counted. Touched only by its event loop. */
final class Publisher extends ClientSocket {
    final int index;
    private final Payload payload;
    private final byte[] tail;
    private final byte[] stamp = new byte[Stamp.LENGTH];
    private int lastOffset;
    private boolean dirty;

    Publisher(BenchLoop loop, Target target, boolean deflate, Payload payload, int index, String[] rooms, Owner owner) {
        super(loop, target, deflate, rooms, owner);
        this.index = index;
        this.payload = payload;
        this.tail = target.dialect().publishTail().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    void onMessage(ByteBuf in, int index, int length) {
        int at = Stamp.find(in, index, length, lastOffset);
        if (at < 0) {
            notDelivery(in, index, length);
        } else {
            lastOffset = at - index;
        }
    }

    /** Queued until {@link #flush}. */
    void publish(byte[] head, int stream, long sequence, int slot, long intendedNanos) {
        Stamp.write(stamp, stream, sequence, slot, intendedNanos);
        dirty = true;
        channel()
                .write(
                        MaskedFrame.frame(
                                channel().alloc(),
                                MaskedFrame.TEXT,
                                head,
                                payload.head(),
                                stamp,
                                payload.tail(sequence),
                                tail),
                        channel().voidPromise());
    }

    /** False if the server takes it no faster. */
    boolean isWritable() {
        return !channel().isActive() || channel().isWritable();
    }

    void flush() {
        if (dirty) {
            dirty = false;
            channel().flush();
        }
    }
}
