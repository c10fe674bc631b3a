package dev.fanfara.log;

import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memories of all rooms, as one event loop sees them. Event loop only: futures complete there, some at once.
 *
 * <p>A question is asked again until it has an answer, or 8 s have passed. Then it fails with a {@link
 * dev.fanfara.protocol.Refusal}: {@code unavailable}, which leaves open what became of a batch, or {@code limit} where a
 * room would have to begin and the node has as many as it may have.
 */
public interface RoomLogs {
    /** Done when copies have it too. Asked again with the same batch, so that nothing is taken twice. */
    Future<Appended> append(RoomName room, Batch batch);

    /**
     * All of a room's memory. One that does not exist begins; one that does stays as it is, even if it was told to keep
     * something else: the next batch changes that.
     *
     * @param freshEpoch random; the name of the room's epoch if it has to begin one
     */
    Future<Slice> read(RoomName room, Keeping keeping, long freshEpoch);

    /** All of a room's memory, or null if there is none. */
    Future<@Nullable Slice> look(RoomName room);

    /**
     * How far rooms have come, for tens of thousands at once; those without a memory are absent. They count as used. May
     * tell of publications that are not acknowledged yet.
     */
    Future<Map<RoomName, Head>> heads(Collection<RoomName> rooms);

    /**
     * Ends an epoch, unless another did: continuity was lost.
     *
     * @param freshEpoch random; the name of the next
     * @return all of the room's memory as it is then, or null if there is none
     */
    Future<@Nullable Slice> renew(RoomName room, long knownEpoch, long freshEpoch);

    /** What is under way fails. */
    void close();
}
