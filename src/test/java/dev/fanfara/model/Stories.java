package dev.fanfara.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One story after the other, or a few at once, each by its own seed, until time is up or one has a bad end. */
final class Stories {
    /** Told again and again, as much depends on when things happen. */
    private static final int REPETITIONS = 20;

    private static final @Nullable Long WANTED = Long.getLong("fanfara.seed");

    private final Cluster cluster;
    private final Rules rules;

    Stories(Cluster cluster, Rules rules) {
        this.cluster = cluster;
        this.rules = rules;
    }

    /** Until time is up; returns how many were told. */
    int tell(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        int told = 0;
        while (WANTED != null ? told < REPETITIONS : System.nanoTime() < end) {
            tell(seed(), CompletableFuture.completedFuture(null));
            told++;
        }
        System.out.println(told + " stories told");
        return told;
    }

    /** So many at once, while {@code weather} happens. */
    void tell(int count, Runnable weather) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(count + 1);
        try {
            Future<?> calm = threads.submit(weather);
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long seed = seed();
                all.add(() -> {
                    tell(seed, calm);
                    return null;
                });
            }
            for (Future<Void> each : threads.invokeAll(all)) {
                each.get();
            }
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static long seed() {
        return WANTED != null ? WANTED : ThreadLocalRandom.current().nextLong(1_000_000_000);
    }

    private void tell(long seed, Future<?> calm) throws InterruptedException {
        Story story = new Story(cluster, seed);
        List<String> faults = story.tell(rules, calm);
        if (!faults.isEmpty()) {
            throw new AssertionError("-Dfanfara.seed=" + seed + " (all that happened: " + write(story, seed) + ")\n"
                    + String.join("\n", faults.subList(0, Math.min(20, faults.size()))));
        }
    }

    private static Path write(Story story, long seed) {
        List<String> lines = new ArrayList<>();
        story.journal().events().forEach(event -> lines.add(event.toString()));
        story.journal().memories().forEach(memory -> lines.add(memory.toString()));
        try {
            Path file = Files.createDirectories(Path.of("target", "stories")).resolve(seed + ".txt");
            return Files.write(file, lines);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
