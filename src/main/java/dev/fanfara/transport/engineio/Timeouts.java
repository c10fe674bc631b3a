package dev.fanfara.transport.engineio;

import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to happen after a while unless it is called off, for thousands that wait. There are few different times to
 * wait; those that wait equally long stand in one line, and only its first has a timer. Touched only by its event loop.
 */
final class Timeouts {
    private static final Logger LOG = LoggerFactory.getLogger(Timeouts.class);

    /** One that may stand in one line at a time. */
    abstract static class Waiter {
        private @Nullable Line line;
        private long dueNanos;

        abstract void timeUp();

        /** When it is due, though the timer may not have run yet. */
        long dueNanos() {
            return dueNanos;
        }

        boolean isOverdue(long nowNanos) {
            return line != null && nowNanos - dueNanos >= 0;
        }
    }

    private final ContextInternal context;
    private final Map<Duration, Line> lines = new HashMap<>();

    Timeouts(ContextInternal context) {
        this.context = context;
    }

    /** {@code sinceNanos} is about now, and never goes back. */
    void start(Waiter waiter, long sinceNanos, Duration wait) {
        cancel(waiter);
        waiter.dueNanos = sinceNanos + wait.toNanos();
        Line line = lines.computeIfAbsent(wait, Line::new);
        waiter.line = line;
        line.waiting.add(waiter);
        line.watchFirst();
    }

    void cancel(Waiter waiter) {
        if (waiter.line != null) {
            waiter.line.waiting.remove(waiter);
            waiter.line = null;
        }
    }

    private final class Line {
        private final Duration wait;
        private final Set<Waiter> waiting = new LinkedHashSet<>();
        private boolean timed;

        private Line(Duration wait) {
            this.wait = wait;
        }

        /** The timer is not moved when its waiter leaves: when it fires, it looks who is first then. */
        private void watchFirst() {
            if (!timed) {
                timed = true;
                long nanos = waiting.iterator().next().dueNanos - System.nanoTime();
                // Rounded up, and at least what a timer can wait.
                context.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999)), fired -> serveDue());
            }
        }

        private void serveDue() {
            timed = false;
            for (Iterator<Waiter> first = waiting.iterator(); first.hasNext(); first = waiting.iterator()) {
                Waiter next = first.next();
                if (System.nanoTime() - next.dueNanos < 0) {
                    watchFirst();
                    return;
                }
                first.remove();
                next.line = null;
                call(next);
            }
            lines.remove(wait, this);
        }

        /** Others wait behind it. */
        private void call(Waiter next) {
            try {
                next.timeUp();
            } catch (RuntimeException bug) {
                LOG.error("a time-out failed", bug);
            }
        }
    }
}
