package dev.fanfara.log;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends the known epoch of a room, unless it has ended, and tells all of its memory. */
final class RenewProcessor extends RoomProcessor {
    private long knownEpoch;
    private long freshEpoch;

    RenewProcessor() {
        this(0, 0);
    }

    RenewProcessor(long knownEpoch, long freshEpoch) {
        super(Kind.RENEW);
        this.knownEpoch = knownEpoch;
        this.freshEpoch = freshEpoch;
    }

    @Override
    byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException {
        StoredLog stored = entry.getValue();
        if (stored == null) {
            return null;
        }
        stored.log().mend(freshEpoch);
        if (stored.log().head().epoch() == knownEpoch) {
            stored.log().renew(freshEpoch);
        }
        if (stored.log().head().epoch() == freshEpoch) {
            // Just now, or when this ran before; then copies may not have heard of it.
            stored.store(entry, nowMillis);
            copiesDo(new CopyProcessor(stored));
        } else {
            copiesDo(new ConfirmProcessor(stored.log().head()));
        }
        return bytes(stored.log().slice(nowMillis)::write);
    }

    @Override
    void write(DataOutput out) throws IOException {
        out.writeLong(knownEpoch);
        out.writeLong(freshEpoch);
    }

    @Override
    void read(DataInput in) throws IOException {
        knownEpoch = in.readLong();
        freshEpoch = in.readLong();
    }
}
