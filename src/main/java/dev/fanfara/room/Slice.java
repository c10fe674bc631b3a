package dev.fanfara.room;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A room's memory on its way to another node: {@code entries} oldest first and without a hole, the last one at {@code
 * head}; {@code state} the object as of {@code head}, JSON. Immutable.
 */
public record Slice(long epoch, long head, long chain, List<Entry> entries, byte @Nullable [] state) {
    public void write(DataOutput out) throws IOException {
        out.writeLong(epoch);
        out.writeLong(head);
        out.writeLong(chain);
        Bytes.writeList(out, entries, Bytes::writeEntry);
        Bytes.writeOptional(out, state);
    }

    public static Slice read(DataInput in) throws IOException {
        return new Slice(
                in.readLong(),
                in.readLong(),
                in.readLong(),
                Bytes.readList(in, Bytes::readEntry),
                Bytes.readOptional(in));
    }
}
