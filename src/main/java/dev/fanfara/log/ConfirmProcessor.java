package dev.fanfara.log;

import dev.fanfara.room.Head;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows a read: by answering at all, a copy says that its node still sees the reader's original as the original, and
 * that it has come as far, or knows that it has not. So what was read is not taken back in silence.
 */
final class ConfirmProcessor extends BackupProcessor {
    private @Nullable Head original;

    ConfirmProcessor() {
        super(Kind.CONFIRM);
    }

    ConfirmProcessor(Head original) {
        super(Kind.CONFIRM);
        this.original = original;
    }

    @Override
    void repeat(Map.Entry<String, StoredLog> entry) {
        StoredLog copy = entry.getValue();
        if (copy != null && original != null) {
            long now = System.currentTimeMillis();
            if (!copy.log().keepsUpWith(original)) {
                copy.store(entry, now);
            }
            copy.prolong(entry, now);
        }
    }

    @Override
    void write(DataOutput out) throws IOException {
        out.writeBoolean(original != null);
        if (original != null) {
            original.write(out);
        }
    }

    @Override
    void read(DataInput in) throws IOException {
        original = in.readBoolean() ? Head.read(in) : null;
    }
}
