package dev.fanfara.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** What a bad end leaves to be read: {@code target/chaos/}, a folder for each. */
final class Evidence {
    private Evidence() {}

    /** As the nodes' own lines tell the time. */
    private static String clock(long nanos) {
        return LocalTime.now()
                .minusNanos(System.nanoTime() - nanos)
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }

    static void write(Experiment.Result result, Nodes nodes) {
        String name = result.fault().name().replaceAll("[^a-zA-Z0-9]+", "-") + "-" + result.seed();
        try {
            Path folder = Files.createDirectories(Path.of("target", "chaos", name));
            for (Map.Entry<String, String> output : nodes.outputs().entrySet()) {
                Files.writeString(folder.resolve(output.getKey() + ".log"), output.getValue());
            }
            Files.writeString(folder.resolve("result.txt"), result.toString());
            try (BufferedWriter journal = Files.newBufferedWriter(folder.resolve("journal.txt"))) {
                for (Room room : result.journal().rooms()) {
                    journal.write(room + "\n");
                }
                for (Publication said : result.journal().publications()) {
                    journal.write(said + "\n");
                }
                for (Event event : result.journal().events()) {
                    journal.write(clock(event.at()) + " " + event + "\n");
                }
                for (Journal.Memory memory : result.journal().memories()) {
                    journal.write(memory + "\n");
                }
            }
            System.out.println("what happened: " + folder.toAbsolutePath());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
