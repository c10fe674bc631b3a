package dev.fanfara.connection;

import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.ConnectionId;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each connection that ended. When a node is drained or a proxy in front of it dies, they end by the
 * thousand: of each second the first are logged one by one, and the rest as a number. Touched only by the connections'
 * event loop.
 */
final class Closings {
    /** Of one event loop. */
    static final int LINES_PER_SECOND = 50;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private int lines;
    private int more;
    private long secondBegan = System.nanoTime();

    Closings() {
        this(LoggerFactory.getLogger(Closings.class));
    }

    Closings(Logger log) {
        this.log = log;
    }

    /** @param since in milliseconds since 1970 */
    void log(
            ConnectionId connection,
            Identity who,
            WireFormat format,
            String address,
            long since,
            Traffic traffic,
            int rooms,
            int code,
            String reason) {
        if (!log.isInfoEnabled()) {
            return;
        }
        if (lines >= LINES_PER_SECOND) {
            more++;
            return;
        }
        lines++;
        log.atInfo()
                .addKeyValue("connection", connection.value())
                .addKeyValue("user", who.user())
                .addKeyValue("transport", format.transport())
                .addKeyValue("address", address)
                .addKeyValue("seconds", (System.currentTimeMillis() - since) / 1000.0)
                .addKeyValue("rooms", rooms)
                .addKeyValue("messagesIn", traffic.messagesIn())
                .addKeyValue("messagesOut", traffic.messagesOut())
                .addKeyValue("bytesIn", traffic.bytesIn())
                .addKeyValue("bytesOut", traffic.bytesOut())
                .addKeyValue("code", code)
                .addKeyValue("reason", reason)
                .log("connection closed");
    }

    /** Now and then. */
    void tick(long nowNanos) {
        if (nowNanos - secondBegan < SECOND_NANOS) {
            return;
        }
        secondBegan = nowNanos;
        lines = 0;
        if (more > 0) {
            log.atInfo().addKeyValue("connections", more).log("more connections closed");
            more = 0;
        }
    }
}
