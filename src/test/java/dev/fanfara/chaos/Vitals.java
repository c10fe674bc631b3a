package dev.fanfara.chaos;

import dev.fanfara.testing.GatewayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a node holds when it has cleaned up: bytes of heap, threads, descriptors. Immutable. */
record Vitals(long heap, long threads, long descriptors) {
    static Vitals of(GatewayProcess node) {
        collectGarbage(node);
        long heap = node.management("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes") && line.contains("area=\"heap\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        return new Vitals(heap, count(node, "task"), count(node, "fd"));
    }

    private static void collectGarbage(GatewayProcess node) {
        try {
            new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(node.pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static long count(GatewayProcess node, String what) {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(node.pid()), what))) {
            return all.count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String toString() {
        return "heap %.1f MiB, %d threads, %d descriptors".formatted(heap / 1048576.0, threads, descriptors);
    }
}
