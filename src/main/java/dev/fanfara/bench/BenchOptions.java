package dev.fanfara.bench;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a load test does. Immutable.
 *
 * @param perSecond messages in all, or 0 for none; counts only if {@code inFlight} is 0
 * @param inFlight messages outstanding in all, or 0 for a fixed rate
 * @param connectsPerSecond how fast to connect
 * @param loops event loops, and so cores, of the generator
 * @param pid the process whose processor time and memory to report
 */
public record BenchOptions(
        Target target,
        Plan plan,
        String roomPrefix,
        double perSecond,
        int inFlight,
        Payload payload,
        double connectsPerSecond,
        Duration warmup,
        Duration duration,
        boolean deflate,
        int loops,
        @Nullable Long pid) {
    private static final double FASTEST = 10_000_000;

    public BenchOptions {
        require(perSecond >= 0 && perSecond <= FASTEST, "--rate: expected 0 to 10000000");
        require(inFlight >= 0 && inFlight <= 1_000_000, "--in-flight: expected 1 to 1000000");
        require(
                connectsPerSecond > 0 && connectsPerSecond <= FASTEST,
                "--connect-rate: expected more than 0, at most 10000000");
        require(loops >= 1 && loops <= 1024, "--loops: expected 1 to 1024");
        require(inFlight == 0 || plan.paused() < plan.connections(), "--paused: with --in-flight somebody must listen");
        require(isIdle(perSecond, inFlight) || plan.publishers() >= 1, "--publishers: expected at least 1, was 0");
        require(
                roomPrefix.matches("[A-Za-z0-9_.:@/-]{1,200}"),
                "--room-prefix: expected 1 to 200 of A-Z a-z 0-9 _ . : @ / -");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static boolean isIdle(double perSecond, int inFlight) {
        return perSecond == 0 && inFlight == 0;
    }

    boolean isIdle() {
        return isIdle(perSecond, inFlight);
    }

    String room(int number) {
        return roomPrefix + '-' + number;
    }

    String[] rooms(int[] numbers) {
        String[] names = new String[numbers.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = room(numbers[i]);
        }
        return names;
    }
}
