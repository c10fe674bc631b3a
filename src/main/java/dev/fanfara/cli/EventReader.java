package dev.fanfara.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream of Server-Sent Events (HTML Standard, section 9.2). A stream on which nothing comes, not even the
 * comment that is sent to show that it is alive, ends: its other end may be gone without a word. Read by one thread.
 */
final class EventReader implements AutoCloseable {
    private static final long WATCH_MS = 1_000;

    private final InputStream stream;
    private final BufferedReader lines;
    private final Timer watch = new Timer("stream-watch", true);

    private volatile long heardNanos = System.nanoTime();
    private volatile long patienceNanos;

    /** @param id where the client stands from here on; null where that was not said */
    record Event(String name, String data, @Nullable String id) {}

    EventReader(InputStream stream, long patienceMillis) {
        this.stream = stream;
        lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        expectSomethingEvery(patienceMillis);
        watch.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        endIfSilent();
                    }
                },
                WATCH_MS,
                WATCH_MS);
    }

    void expectSomethingEvery(long millis) {
        patienceNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void endIfSilent() {
        if (System.nanoTime() - heardNanos > patienceNanos) {
            close();
        }
    }

    /** An event, or where the client stands with an empty name; null at the end. */
    @Nullable
    Event next() throws IOException {
        String name = "";
        String id = null;
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            heardNanos = System.nanoTime();
            if (line.isEmpty()) {
                if (!data.isEmpty() || id != null) {
                    return new Event(name, data.toString(), id);
                }
            } else if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data.append(data.isEmpty() ? "" : "\n").append(line, "data: ".length(), line.length());
            } else if (line.startsWith("id: ")) {
                id = line.substring("id: ".length());
            }
        }
        return null;
    }

    @Override
    public void close() {
        watch.cancel();
        try {
            stream.close();
        } catch (IOException goneAnyway) {
            // It was to be gone.
        }
    }
}
