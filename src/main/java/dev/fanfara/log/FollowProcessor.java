package dev.fanfara.log;

import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.RoomLog;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/** Repeats on a copy what a batch did to the original, by what came of it: no decision is made twice. */
final class FollowProcessor extends BackupProcessor {
    private Batch batch;
    private Appended answer;

    @SuppressWarnings("NullAway.Init") // read comes next
    FollowProcessor() {
        super(Kind.FOLLOW);
    }

    FollowProcessor(Batch batch, Appended answer) {
        super(Kind.FOLLOW);
        this.batch = batch;
        this.answer = answer;
    }

    @Override
    void repeat(Map.Entry<String, StoredLog> entry) {
        StoredLog copy = entry.getValue();
        RoomLog before = copy == null ? null : copy.log();
        RoomLog after = RoomLog.replicate(before, batch, answer);
        (copy != null && after == before ? copy : new StoredLog(after)).store(entry, answer.timestamp());
    }

    @Override
    void write(DataOutput out) throws IOException {
        batch.write(out);
        answer.write(out);
    }

    @Override
    void read(DataInput in) throws IOException {
        batch = Batch.read(in);
        answer = Appended.read(in);
    }
}
