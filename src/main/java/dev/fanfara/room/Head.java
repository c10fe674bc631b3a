package dev.fanfara.room;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How far a room has come: equal heads mean equal histories. Immutable. */
public record Head(long epoch, long offset, long chain) {
    /** Of a room nothing is known of. */
    public static final Head UNKNOWN = new Head(0, 0, 0);

    public void write(DataOutput out) throws IOException {
        out.writeLong(epoch);
        out.writeLong(offset);
        out.writeLong(chain);
    }

    public static Head read(DataInput in) throws IOException {
        return new Head(in.readLong(), in.readLong(), in.readLong());
    }
}
