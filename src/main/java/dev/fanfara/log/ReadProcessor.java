package dev.fanfara.log;

import dev.fanfara.room.Keeping;
import dev.fanfara.room.RoomLog;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells all of a room's memory, and begins one if it is told what to keep. */
final class ReadProcessor extends RoomProcessor {
    private @Nullable Keeping beginning;
    private long freshEpoch;
    private boolean mayBegin;

    ReadProcessor() {
        this(null, 0, false);
    }

    /** @param beginning null if no room may begin for it */
    ReadProcessor(@Nullable Keeping beginning, long freshEpoch, boolean mayBegin) {
        super(Kind.READ);
        this.beginning = beginning;
        this.freshEpoch = freshEpoch;
        this.mayBegin = mayBegin;
    }

    @Override
    byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException {
        StoredLog stored = entry.getValue();
        if (stored == null) {
            if (beginning == null) {
                return null;
            }
            if (!mayBegin) {
                return FULL;
            }
            stored = new StoredLog(RoomLog.begin(freshEpoch, beginning));
        }
        stored.log().mend(freshEpoch);
        if (stored.log().head().epoch() == freshEpoch) {
            // Begun by this, just now or when it ran before; then copies may not have heard of it.
            stored.store(entry, nowMillis);
            copiesDo(new CopyProcessor(stored));
        } else {
            if (beginning != null) {
                stored.prolong(entry, nowMillis);
            }
            copiesDo(new ConfirmProcessor(stored.log().head()));
        }
        return bytes(stored.log().slice(nowMillis)::write);
    }

    @Override
    void write(DataOutput out) throws IOException {
        out.writeLong(freshEpoch);
        out.writeBoolean(mayBegin);
        out.writeBoolean(beginning != null);
        if (beginning != null) {
            beginning.write(out);
        }
    }

    @Override
    void read(DataInput in) throws IOException {
        freshEpoch = in.readLong();
        mayBegin = in.readBoolean();
        beginning = in.readBoolean() ? Keeping.read(in) : null;
    }
}
