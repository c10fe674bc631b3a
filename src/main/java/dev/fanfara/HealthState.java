package dev.fanfara;

import dev.fanfara.cluster.Majority;
import dev.fanfara.http.Health;
import dev.fanfara.http.HealthCheck;
import dev.fanfara.http.HealthCheck.Result;
import dev.fanfara.settings.LiveSettings;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** What Kubernetes asks: is the process alive, may clients come, has it started. Any thread. */
final class HealthState {
    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(10);
    private static final long TICK_MS = 1_000;

    private final AtomicLongArray lastTicks;
    private volatile boolean listening;
    private volatile boolean draining;

    HealthState(int loops) {
        lastTicks = new AtomicLongArray(loops);
        for (int loop = 0; loop < loops; loop++) {
            lastTicks.set(loop, System.nanoTime());
        }
    }

    /** Called on each event loop once: from then on the loop must show that it turns. */
    void watch(Vertx vertx, int loop) {
        vertx.setPeriodic(TICK_MS, timer -> lastTicks.set(loop, System.nanoTime()));
    }

    void listening() {
        listening = true;
    }

    void draining() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    Health checks(LiveSettings live, Majority majority) {
        HealthCheck loops = new HealthCheck("event-loops", this::everyLoopTurns);
        HealthCheck open = new HealthCheck("listening", () -> upIf(listening, "not listening yet"));
        HealthCheck staying = new HealthCheck("staying", () -> upIf(!draining, "draining"));
        HealthCheck keys =
                new HealthCheck("keys", () -> upIf(live.current().tokens().ready(), "a JWKS has not been fetched yet"));
        HealthCheck together = new HealthCheck("majority", () -> together(majority));
        return new Health(List.of(loops), List.of(open, staying, keys, together), List.of(open));
    }

    private Result everyLoopTurns() {
        long now = System.nanoTime();
        for (int loop = 0; loop < lastTicks.length(); loop++) {
            if (now - lastTicks.get(loop) > LOOP_PATIENCE.toNanos()) {
                return Result.down("event loop " + loop + " does not turn");
            }
        }
        return Result.UP;
    }

    /** As the rooms that remember see it: without both they take nothing. */
    private static Result together(Majority majority) {
        return majority.isHeld()
                ? upIf(majority.isConfirmed(), "too few other nodes confirm that they see this one")
                : Result.down("this node sees " + majority);
    }

    private static Result upIf(boolean up, String reason) {
        return up ? Result.UP : Result.down(reason);
    }
}
