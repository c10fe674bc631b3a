package dev.fanfara.log;

import dev.fanfara.room.Keeping;
import dev.fanfara.room.PublishKeys;
import dev.fanfara.room.RoomLog;
import java.time.Duration;

/** How long a room that nobody uses is remembered. */
final class Life {
    /** Long enough for a client that sleeps to come back to its place. */
    private static final long LOG_MILLIS = Duration.ofHours(1).toMillis();

    /** Beyond the last publication anyone could ask for, and the last idempotency key. */
    private static final long SLACK_MILLIS = Duration.ofMinutes(1).toMillis();

    /** A state is worth something without its history. */
    private static final long STATE_MILLIS = Duration.ofHours(24).toMillis();

    private Life() {}

    static long millis(RoomLog log) {
        Keeping keeping = log.keeping();
        long remembered = Math.max(keeping.historyTtlMillis(), PublishKeys.LIFE.toMillis()) + SLACK_MILLIS;
        if (log.isUntouched()) {
            // A name that somebody looked at, or made up.
            return remembered;
        }
        return Math.max(keeping.state() ? STATE_MILLIS : LOG_MILLIS, remembered);
    }
}
