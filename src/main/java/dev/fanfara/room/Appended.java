package dev.fanfara.room;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * The answer to a {@link Batch}. Immutable.
 *
 * @param head how far the room is with it; a copy that took it is as far
 * @param timestamp of all that was taken
 * @param outcomes one for each proposal, in order
 */
public record Appended(Head head, long timestamp, List<Outcome> outcomes) {
    public long epoch() {
        return head.epoch();
    }

    public void write(DataOutput out) throws IOException {
        head.write(out);
        out.writeLong(timestamp);
        Bytes.writeList(out, outcomes, (to, outcome) -> {
            to.writeByte(outcome.kind().ordinal());
            to.writeLong(outcome.offset());
            to.writeLong(outcome.chain());
        });
    }

    public static Appended read(DataInput in) throws IOException {
        return new Appended(
                Head.read(in),
                in.readLong(),
                Bytes.readList(
                        in,
                        from -> new Outcome(Outcome.Kind.values()[from.readByte()], from.readLong(), from.readLong())));
    }
}
