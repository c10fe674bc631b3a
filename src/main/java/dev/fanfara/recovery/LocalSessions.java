package dev.fanfara.recovery;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The sessions of a node that is alone; they end with it. Any thread. */
public final class LocalSessions implements SessionStore {
    /** An entry of the map and its key. */
    private static final int OVERHEAD = 200;

    private final LongSupplier nanoTime;
    private final long maxBytes;
    /** The eldest first. */
    private final Map<String, Kept> sessions = new LinkedHashMap<>();

    private long bytes;

    private record Kept(String session, long untilNanos) {
        int bytes() {
            return OVERHEAD + session.length();
        }
    }

    public LocalSessions() {
        this(System::nanoTime, (long) MAX_MIB << 20);
    }

    LocalSessions(LongSupplier nanoTime, long maxBytes) {
        this.nanoTime = nanoTime;
        this.maxBytes = maxBytes;
    }

    @Override
    public synchronized Future<Void> keep(String key, String session, Duration life) {
        forget(key);
        Kept kept = new Kept(session, nanoTime.getAsLong() + life.toNanos());
        sessions.put(key, kept);
        bytes += kept.bytes();
        for (Iterator<Kept> eldest = sessions.values().iterator(); eldest.hasNext(); ) {
            Kept next = eldest.next();
            if (bytes <= maxBytes && !isOver(next)) {
                break;
            }
            eldest.remove();
            bytes -= next.bytes();
        }
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<Optional<String>> take(String key) {
        return Future.succeededFuture(forget(key).filter(kept -> !isOver(kept)).map(Kept::session));
    }

    private Optional<Kept> forget(String key) {
        Optional<Kept> known = Optional.ofNullable(sessions.remove(key));
        known.ifPresent(kept -> bytes -= kept.bytes());
        return known;
    }

    private boolean isOver(Kept kept) {
        return nanoTime.getAsLong() - kept.untilNanos >= 0;
    }
}
