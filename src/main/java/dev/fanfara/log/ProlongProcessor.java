package dev.fanfara.log;

import java.io.DataInput;
import java.io.DataOutput;
import java.util.Map;

/** A copy, too, lives on if the room is used. */
final class ProlongProcessor extends BackupProcessor {
    ProlongProcessor() {
        super(Kind.PROLONG);
    }

    @Override
    void repeat(Map.Entry<String, StoredLog> entry) {
        StoredLog copy = entry.getValue();
        if (copy != null) {
            copy.prolong(entry, System.currentTimeMillis());
        }
    }

    @Override
    void write(DataOutput out) {}

    @Override
    void read(DataInput in) {}
}
