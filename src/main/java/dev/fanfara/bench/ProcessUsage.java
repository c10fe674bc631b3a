package dev.fanfara.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process of this machine has used, as Linux tells in {@code /proc}. Immutable.
 *
 * @param userSeconds processor time since it started, in steps of 10 ms
 */
record ProcessUsage(double userSeconds, double systemSeconds, long residentBytes) {
    /** {@code USER_HZ}, which Linux has fixed at 100 for all programs. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    /** @throws BenchFailure if there is no such process, or no {@code /proc} */
    static ProcessUsage of(long pid) {
        try {
            Path process = Path.of("/proc", Long.toString(pid));
            return parse(Files.readString(process.resolve("stat")), Files.readString(process.resolve("status")));
        } catch (IOException unreadable) {
            throw new BenchFailure("--pid: cannot read /proc/" + pid + " (is it a process of this machine?)");
        }
    }

    /** The name of the process comes second in {@code stat} and may hold anything, so counting starts behind it. */
    static ProcessUsage parse(String stat, String status) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long resident = status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElse(0);
        return new ProcessUsage(
                Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND,
                Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND,
                resident);
    }
}
