package dev.fanfara.log;

import com.hazelcast.map.ExtendedMapEntry;
import dev.fanfara.room.RoomLog;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A room's memory, as an entry of the shared map: the original on one node, copies on others. Partition thread only. */
final class StoredLog extends Wired {
    private RoomLog log;

    /** When its life was counted from last; 0 if that is not known. */
    private long usedMillis;

    @SuppressWarnings("NullAway.Init") // read comes next
    StoredLog() {
        super(Kind.STORED_LOG);
    }

    StoredLog(RoomLog log) {
        super(Kind.STORED_LOG);
        this.log = log;
    }

    RoomLog log() {
        return log;
    }

    /** Puts it into the map, to stay there for a life from now on. */
    void store(Map.Entry<String, StoredLog> entry, long nowMillis) {
        usedMillis = nowMillis;
        ((ExtendedMapEntry<String, StoredLog>) entry).setValue(this, Life.millis(log), TimeUnit.MILLISECONDS);
    }

    /** The same, if half of its life is over: else the map need not be told of each use. */
    boolean prolong(Map.Entry<String, StoredLog> entry, long nowMillis) {
        boolean due = nowMillis - usedMillis > Life.millis(log) / 2;
        if (due) {
            store(entry, nowMillis);
        }
        return due;
    }

    @Override
    void write(DataOutput out) throws IOException {
        out.writeLong(usedMillis);
        log.write(out);
    }

    @Override
    void read(DataInput in) throws IOException {
        usedMillis = in.readLong();
        log = RoomLog.read(in);
    }
}
