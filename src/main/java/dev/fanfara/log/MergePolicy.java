package dev.fanfara.log;

import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.services.NodeAware;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import dev.fanfara.room.RoomLog;
import java.io.DataInput;
import java.io.DataOutput;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a room that both sides of a split cluster remember. Where one side only went on from where the other
 * stopped, nobody was told anything else, and its epoch goes on. Else the larger side's is kept: under its epoch where the
 * smaller side could not tell or acknowledge anything, so that what it has more is what nobody was told; under a new one
 * where both may have gone on, which tells everybody to begin with what is there now.
 *
 * <p>Public, with a public constructor, since Hazelcast makes it by its name. What it returns, copies get as a whole.
 */
public final class MergePolicy extends Wired
        implements SplitBrainMergePolicy<StoredLog, MergingValue<StoredLog>, StoredLog>, NodeAware {
    private @Nullable Fence fence;

    public MergePolicy() {
        super(Kind.MERGE);
    }

    @Override
    public StoredLog merge(MergingValue<StoredLog> smallerSide, @Nullable MergingValue<StoredLog> largerSide) {
        RoomLog smaller = log(smallerSide);
        RoomLog kept;
        if (largerSide == null) {
            // It may have been lost there, and members there may know more of it.
            smaller.renew(ThreadLocalRandom.current().nextLong());
            kept = smaller;
        } else {
            kept = log(largerSide);
            if (smaller.continues(kept.head())) {
                kept = smaller;
            } else if (!kept.continues(smaller.head()) && bothMayHaveGoneOn()) {
                kept.renew(ThreadLocalRandom.current().nextLong());
            }
        }
        // The record keeps the life it had on the smaller side, so it counts as never used: the next use prolongs it.
        return new StoredLog(kept);
    }

    private boolean bothMayHaveGoneOn() {
        return fence == null || !fence.letsOneSideGoOn();
    }

    /** Hazelcast tells it where it merges, before it does: on the larger side, which has the original now. */
    @Override
    public void setNode(Node here) {
        mergesAt(Fence.of(here));
    }

    void mergesAt(Fence there) {
        fence = there;
    }

    private static RoomLog log(MergingValue<StoredLog> side) {
        StoredLog stored = side.getDeserializedValue();
        return stored.log();
    }

    @Override
    void write(DataOutput out) {}

    @Override
    void read(DataInput in) {}
}
