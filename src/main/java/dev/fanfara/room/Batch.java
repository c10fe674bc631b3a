package dev.fanfara.room;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one node wants to publish in one room in one step. A node sends the next batch for a room when the one before
 * has an answer, or is given up; so its publications keep their order, and a repetition is known by its number.
 * Immutable.
 *
 * @param source the node
 * @param number higher than that of any earlier batch of this source for this room
 * @param freshEpoch random; the name of the room's epoch if it has to begin one
 * @param confirmed of the offsets the source knows of, the highest that was acknowledged: copies have it
 * @param keeping as the configuration of the source says
 */
public record Batch(
        String source, long number, long freshEpoch, Head confirmed, Keeping keeping, List<Proposal> proposals) {
    public void write(DataOutput out) throws IOException {
        Bytes.writeText(out, source);
        out.writeLong(number);
        out.writeLong(freshEpoch);
        confirmed.write(out);
        keeping.write(out);
        Bytes.writeList(out, proposals, (to, proposal) -> {
            Bytes.writeText(to, proposal.user());
            Bytes.writePayload(to, proposal.payload());
            Bytes.writeText(to, proposal.key());
        });
    }

    public static Batch read(DataInput in) throws IOException {
        @Nullable String source = Bytes.readText(in);
        return new Batch(
                source == null ? "" : source,
                in.readLong(),
                in.readLong(),
                Head.read(in),
                Keeping.read(in),
                Bytes.readList(
                        in, from -> new Proposal(Bytes.readText(from), Bytes.readPayload(from), Bytes.readText(from))));
    }
}
