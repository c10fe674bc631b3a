package dev.fanfara.log;

import com.hazelcast.map.EntryProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question to the original of a room's memory, run by the partition thread of the node that has it. What changes there
 * is repeated on the copies by another processor, which is made after the fact. May run twice: Hazelcast sends it again
 * when a node is lost meanwhile.
 *
 * <p>Many rooms share a partition thread, so nothing here may take long: the costs are those of {@code RoomLog}, some
 * microseconds for each publication, and for a copy of all of it some for each kilobyte.
 */
abstract class RoomProcessor extends Wired implements EntryProcessor<String, StoredLog, byte @Nullable []> {
    /** The answer in place of a room that would have to begin, and must not. */
    static final byte[] FULL = {};

    private transient @Nullable EntryProcessor<String, StoredLog, byte @Nullable []> backup;

    RoomProcessor(Kind kind) {
        super(kind);
    }

    /** @return null if there is no room */
    abstract byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException;

    @Override
    public final byte @Nullable [] process(Map.Entry<String, StoredLog> entry) {
        backup = null;
        try {
            // Once, for all that it is needed for: publications of one batch have one time.
            return answer(entry, System.currentTimeMillis());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** What copies must do; nothing if this is not called. */
    final void copiesDo(EntryProcessor<String, StoredLog, byte @Nullable []> repetition) {
        backup = repetition;
    }

    @Override
    public @Nullable EntryProcessor<String, StoredLog, byte @Nullable []> getBackupProcessor() {
        return backup;
    }
}
