package dev.fanfara.log;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/** Replaces a copy by all of the original, since it may have missed something. */
final class CopyProcessor extends BackupProcessor {
    private final StoredLog original;

    CopyProcessor() {
        this(new StoredLog());
    }

    /** Written at once, by the partition thread that may change it. */
    CopyProcessor(StoredLog original) {
        super(Kind.COPY);
        this.original = original;
    }

    @Override
    void repeat(Map.Entry<String, StoredLog> entry) {
        original.store(entry, System.currentTimeMillis());
    }

    @Override
    void write(DataOutput out) throws IOException {
        original.write(out);
    }

    @Override
    void read(DataInput in) throws IOException {
        original.read(in);
    }
}
