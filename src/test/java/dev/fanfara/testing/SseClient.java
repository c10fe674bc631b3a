package dev.fanfara.testing;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A reader of Server-Sent Events on a bare socket: what it heard, where that left it, and how it ended. */
public final class SseClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 15_000;
    private static final int SMALL = 4096;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final String head;
    /** All below are guarded by it. */
    private final List<Event> heard = new ArrayList<>();

    /** Nothing is taken out of it. */
    private final List<Event> all = new ArrayList<>();

    private int untilCursor;
    private final List<String> retries = new ArrayList<>();
    private @Nullable String cursor;
    private int heartbeats;
    private boolean isReading = true;
    private boolean ended;

    /** {@code cursor}: the last one before it, as an {@code EventSource} says in {@code lastEventId}. */
    public record Event(
            String name, JsonObject data, @Nullable String cursor) {}

    private SseClient(int port, int receiveBuffer, String request) {
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            in = socket.getInputStream();
            head = readHead(in);
            socket.setSoTimeout(0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        Thread reader = new Thread(this::read, "sse-client");
        reader.setDaemon(true);
        reader.start();
    }

    public static SseClient connect(GatewayProcess gateway, String query, String... headers) {
        return new SseClient(gateway.port(), 0, request(query, "HTTP/1.1", headers));
    }

    /** As some proxies and old tools speak. */
    public static SseClient connectByHttp10(GatewayProcess gateway, String query) {
        return new SseClient(gateway.port(), 0, request(query, "HTTP/1.0"));
    }

    /** One whose system holds little for it, so that the gateway has to. */
    public static SseClient withSmallBuffer(GatewayProcess gateway, String query) {
        return new SseClient(gateway.port(), SMALL, request(query, "HTTP/1.1"));
    }

    /** As a browser does by itself, to whichever node. */
    public SseClient comesBackTo(GatewayProcess gateway, String query) {
        return connect(gateway, query, "Last-Event-ID: " + cursor());
    }

    private static String request(String query, String version, String... headers) {
        StringBuilder request = new StringBuilder(
                "GET /sse?" + query + " " + version + "\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = readLine(in); line != null && !line.equals("\r"); line = readLine(in)) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private void read() {
        try (java.io.BufferedInputStream buffered = new java.io.BufferedInputStream(in, SMALL)) {
            String name = "message";
            String data = "";
            while (mayRead()) {
                String line = readLine(buffered);
                if (line == null) {
                    break;
                }
                synchronized (heard) {
                    if (line.isEmpty()) {
                        if (!data.isEmpty()) {
                            heard.add(new Event(name, new JsonObject(data), cursor));
                            all.add(heard.get(heard.size() - 1));
                        }
                        name = "message";
                        data = "";
                    } else if (line.equals(":")) {
                        heartbeats++;
                    } else if (line.startsWith("event: ")) {
                        name = line.substring(7);
                    } else if (line.startsWith("data: ")) {
                        data += line.substring(6);
                    } else if (line.startsWith("id: ")) {
                        cursor = line.substring(4);
                        untilCursor = all.size();
                    } else if (line.startsWith("retry: ")) {
                        retries.add(line.substring(7));
                    } else {
                        throw new AssertionError("no line of a stream: " + line);
                    }
                    heard.notifyAll();
                }
            }
        } catch (IOException reset) {
            // It has ended, too.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (heard) {
            ended = true;
            heard.notifyAll();
        }
    }

    private boolean mayRead() throws InterruptedException {
        synchronized (heard) {
            while (!isReading) {
                heard.wait();
            }
            return true;
        }
    }

    public SseClient stopsReading() {
        return reads(false);
    }

    public SseClient readsAgain() {
        return reads(true);
    }

    private SseClient reads(boolean again) {
        synchronized (heard) {
            isReading = again;
            heard.notifyAll();
        }
        return this;
    }

    public int status() {
        return Integer.parseInt(head.split(" ")[1]);
    }

    /** Null if it did not come. */
    public @Nullable String header(String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
                .map(line -> line.substring(name.length() + 2).strip())
                .findFirst()
                .orElse(null);
    }

    /** Takes the first event of this name, now or later, out of what was heard; the data. */
    public JsonObject hears(String name) {
        return take(name, data -> true).data();
    }

    public JsonObject hears(String name, Predicate<JsonObject> fits) {
        return take(name, fits).data();
    }

    public Event take(String name, Predicate<JsonObject> fits) {
        synchronized (heard) {
            await(name, () -> heard.stream().anyMatch(event -> fits(event, name, fits)));
            Event first = heard.stream()
                    .filter(event -> fits(event, name, fits))
                    .findFirst()
                    .orElseThrow();
            heard.remove(first);
            return first;
        }
    }

    private static boolean fits(Event event, String name, Predicate<JsonObject> fits) {
        return event.name().equals(name) && fits.test(event.data());
    }

    public List<JsonObject> allHeard(String name) {
        synchronized (heard) {
            return heard.stream()
                    .filter(event -> event.name().equals(name))
                    .map(Event::data)
                    .toList();
        }
    }

    /** All that came before the cursor of now: the rest comes again to whoever comes back. */
    public List<Event> heardUntilCursor() {
        synchronized (heard) {
            return List.copyOf(all.subList(0, untilCursor));
        }
    }

    /** Where it stands, once it was told. */
    public String cursor() {
        synchronized (heard) {
            await("a cursor", () -> cursor != null);
            return String.valueOf(cursor);
        }
    }

    /** Returns when its cursor stands for all that was heard by now. */
    public SseClient settles() {
        synchronized (heard) {
            int events = all.size();
            await("a cursor", () -> untilCursor >= events);
            return this;
        }
    }

    public List<String> retries() {
        synchronized (heard) {
            return List.copyOf(retries);
        }
    }

    public void hearsHeartbeats(int count) {
        synchronized (heard) {
            await(count + " heartbeats", () -> heartbeats >= count);
        }
    }

    public void awaitEnd() {
        synchronized (heard) {
            await("end", () -> ended);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String wanted, Condition condition) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
        while (!condition.holds()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0 || ended) {
                throw new AssertionError("no '" + wanted + "' came; " + head + "\nheard " + heard + " ended " + ended);
            }
            try {
                heard.wait(left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
