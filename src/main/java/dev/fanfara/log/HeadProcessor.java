package dev.fanfara.log;

import com.hazelcast.map.EntryProcessor;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far a room has come. One of these is asked of all rooms of a partition, one after the other. Copies do not
 * answer: nothing is lost if their life is not prolonged this time.
 */
final class HeadProcessor extends RoomProcessor {
    private transient boolean prolonged;

    HeadProcessor() {
        super(Kind.HEAD);
    }

    @Override
    byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException {
        StoredLog stored = entry.getValue();
        if (stored == null) {
            return null;
        }
        // Nobody publishes to it, maybe: what is too old goes all the same.
        stored.log().expire(nowMillis);
        if (stored.prolong(entry, nowMillis)) {
            prolonged = true;
        }
        return bytes(stored.log().head()::write);
    }

    @Override
    boolean isHint() {
        return true;
    }

    /** Goes to the copies of all rooms of a partition; it finds out itself which ones it is for. */
    @Override
    public @Nullable EntryProcessor<String, StoredLog, byte @Nullable []> getBackupProcessor() {
        return prolonged ? new ProlongProcessor() : null;
    }

    @Override
    void write(DataOutput out) {}

    @Override
    void read(DataInput in) {}
}
