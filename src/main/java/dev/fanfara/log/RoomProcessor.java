package dev.fanfara.log;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.services.NodeAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.query.impl.QueryableEntry;
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
abstract class RoomProcessor extends Wired implements EntryProcessor<String, StoredLog, byte @Nullable []>, NodeAware {
    /** The answer in place of a room that would have to begin, and must not. */
    static final byte[] FULL = {};

    private transient @Nullable EntryProcessor<String, StoredLog, byte @Nullable []> backup;
    /** Where it runs. */
    private transient @Nullable Node node;

    RoomProcessor(Kind kind) {
        super(kind);
    }

    /** @return null if there is no room */
    abstract byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException;

    /** Hazelcast tells it where it runs, before it does. */
    @Override
    public final void setNode(Node here) {
        node = here;
    }

    /** Whether the answer is worth something though it may be taken back. */
    boolean isHint() {
        return false;
    }

    @Override
    public final byte @Nullable [] process(Map.Entry<String, StoredLog> entry) {
        backup = null;
        if (node != null && !isHint()) {
            Fence.of(node).check(node, ((QueryableEntry<String, StoredLog>) entry).getKeyData());
        }
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
