package dev.fanfara.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutsTest {
    private static final Duration SHORT = Duration.ofMillis(40);
    private static final Duration LONG = Duration.ofMillis(80);

    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    private final Timeouts timeouts = new Timeouts(context);
    private final List<String> rang = new ArrayList<>();
    private final CompletableFuture<List<String>> last = new CompletableFuture<>();

    private final class Named extends Timeouts.Waiter {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        void timeUp() {
            rang.add(name);
            if (name.startsWith("broken")) {
                throw new IllegalStateException("expected in the log");
            }
            if (name.equals("last")) {
                last.complete(List.copyOf(rang));
            }
        }
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private List<String> run(Runnable onLoop) throws Exception {
        context.runOnContext(there -> onLoop.run());
        return last.get(10, TimeUnit.SECONDS);
    }

    @Test
    void theyRingInTheOrderInWhichTheyAreDue() throws Exception {
        List<String> all = run(() -> {
            long now = System.nanoTime();
            timeouts.start(new Named("last"), now, LONG);
            timeouts.start(new Named("a"), now, SHORT);
            timeouts.start(new Named("b"), now, SHORT);
        });

        assertThat(all).containsExactly("a", "b", "last");
    }

    @Test
    void noneRingsBeforeItsTime() throws Exception {
        long[] started = new long[1];
        run(() -> {
            started[0] = System.nanoTime();
            timeouts.start(new Named("last"), started[0], SHORT);
        });

        assertThat(System.nanoTime() - started[0]).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @Test
    void whoIsCalledOffOrPutOffDoesNotRing() throws Exception {
        List<String> all = run(() -> {
            long now = System.nanoTime();
            Named off = new Named("off");
            Named later = new Named("last");
            timeouts.start(off, now, SHORT);
            timeouts.start(later, now, SHORT);
            timeouts.start(new Named("b"), now, SHORT);
            timeouts.cancel(off);
            timeouts.cancel(off);
            timeouts.start(later, now, LONG);
        });

        assertThat(all).containsExactly("b", "last");
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthersFromRinging() throws Exception {
        List<String> all = run(() -> {
            long now = System.nanoTime();
            timeouts.start(new Named("broken"), now, SHORT);
            timeouts.start(new Named("last"), now, SHORT);
        });

        assertThat(all).containsExactly("broken", "last");
    }

    @Test
    void aLineThatWasEmptyRingsAgain() throws Exception {
        List<String> all = run(() -> {
            Named first = new Named("first");
            timeouts.start(first, System.nanoTime(), SHORT);
            context.setTimer(3 * SHORT.toMillis(), then -> {
                timeouts.start(new Named("last"), System.nanoTime(), SHORT);
                assertThat(rang).containsExactly("first");
            });
        });

        assertThat(all).containsExactly("first", "last");
    }

    @Test
    void isKnownToBeOverdueBeforeItRings() {
        Named waiter = new Named("last");
        long now = System.nanoTime();
        context.runOnContext(there -> timeouts.start(waiter, now, Duration.ofHours(1)));
        CompletableFuture<Void> started = new CompletableFuture<>();
        context.runOnContext(there -> started.complete(null));
        started.join();

        assertThat(waiter.isOverdue(now)).isFalse();
        assertThat(waiter.isOverdue(now + Duration.ofHours(1).toNanos())).isTrue();
    }
}
