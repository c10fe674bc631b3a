package dev.fanfara.log;

import com.hazelcast.map.EntryProcessor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a copy of a room's memory does after the original, on the partition thread of its node. */
abstract class BackupProcessor extends Wired implements EntryProcessor<String, StoredLog, byte @Nullable []> {
    BackupProcessor(Kind kind) {
        super(kind);
    }

    abstract void repeat(Map.Entry<String, StoredLog> entry);

    @Override
    public final byte @Nullable [] process(Map.Entry<String, StoredLog> entry) {
        repeat(entry);
        return null;
    }

    @Override
    public final @Nullable EntryProcessor<String, StoredLog, byte @Nullable []> getBackupProcessor() {
        return null;
    }
}
