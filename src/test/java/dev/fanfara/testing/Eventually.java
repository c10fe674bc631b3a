package dev.fanfara.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Awaits what becomes true by itself, under one deadline. */
public final class Eventually {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private Eventually() {}

    /** Returns when the assertions hold; fails with the last failure when they have not held in time. */
    public static void holds(ThrowingCallable assertions) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                assertions.call();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
            } catch (Throwable failure) {
                throw new AssertionError(failure);
            }
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
    }
}
