package dev.fanfara.log;

import dev.fanfara.room.Batch;
import dev.fanfara.room.RoomLog;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes a batch into a room's memory, which begins if there is none. */
final class AppendProcessor extends RoomProcessor {
    private Batch batch;
    private boolean mayBegin;

    @SuppressWarnings("NullAway.Init") // read comes next
    AppendProcessor() {
        super(Kind.APPEND);
    }

    AppendProcessor(Batch batch, boolean mayBegin) {
        super(Kind.APPEND);
        this.batch = batch;
        this.mayBegin = mayBegin;
    }

    @Override
    byte @Nullable [] answer(Map.Entry<String, StoredLog> entry, long nowMillis) throws IOException {
        StoredLog stored = entry.getValue();
        if (stored == null) {
            if (!mayBegin) {
                return FULL;
            }
            stored = new StoredLog(RoomLog.begin(batch.freshEpoch(), batch.keeping()));
        }
        boolean mended = stored.log().mend(batch.freshEpoch());
        RoomLog.Step step = stored.log().append(batch, nowMillis);
        stored.store(entry, nowMillis);
        copiesDo(step.copyFollows() && !mended ? new FollowProcessor(batch, step.answer()) : new CopyProcessor(stored));
        return bytes(step.answer()::write);
    }

    @Override
    void write(DataOutput out) throws IOException {
        out.writeBoolean(mayBegin);
        batch.write(out);
    }

    @Override
    void read(DataInput in) throws IOException {
        mayBegin = in.readBoolean();
        batch = Batch.read(in);
    }
}
