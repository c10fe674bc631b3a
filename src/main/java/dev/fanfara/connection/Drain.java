package dev.fanfara.connection;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ServerMessage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes the connections of one event loop evenly over a window: clients that are closed together come back together,
 * to nodes that are busy already. Touched only by that event loop.
 */
final class Drain {
    private final List<Connection> all;
    private Duration window;
    private final long startedNanos = System.nanoTime();
    private final List<Future<Void>> closing = new ArrayList<>();
    private boolean awaited;
    private final Promise<Void> done = Promise.promise();

    Drain(List<Connection> all, Duration window) {
        this.all = all;
        this.window = window;
    }

    Future<Void> done() {
        return done.future();
    }

    void hurry() {
        window = Duration.ZERO;
        closeDue();
    }

    void closeDue() {
        int due = due();
        while (closing.size() < due) {
            Connection connection = all.get(closing.size());
            connection.send(ServerMessage.Reconnect.spread());
            closing.add(connection.close(CloseReason.SHUTTING_DOWN));
        }
        if (closing.size() == all.size() && !awaited) {
            awaited = true;
            Future.join(closing).onComplete(gone -> done.tryComplete());
        }
    }

    /** The first at once, the last when the window ends. */
    private int due() {
        double share = window.isZero() ? 1 : (double) (System.nanoTime() - startedNanos) / window.toNanos();
        return Math.min(all.size(), (int) (share * all.size()) + 1);
    }
}
