package dev.fanfara.room;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How much a room remembers. Immutable.
 *
 * @param state a JSON object that merge patches change, beside the patches themselves
 * @param historySize publications at most
 * @param historyTtlMillis no older ones
 * @param historyBytes together at most, in memory
 * @param stateBytes of JSON at most
 */
public record Keeping(boolean state, int historySize, long historyTtlMillis, long historyBytes, long stateBytes) {
    public void write(DataOutput out) throws IOException {
        out.writeBoolean(state);
        out.writeInt(historySize);
        out.writeLong(historyTtlMillis);
        out.writeLong(historyBytes);
        out.writeLong(stateBytes);
    }

    public static Keeping read(DataInput in) throws IOException {
        return new Keeping(in.readBoolean(), in.readInt(), in.readLong(), in.readLong(), in.readLong());
    }
}
