package dev.fanfara.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Keep-alive connections, each of which sends the next request as soon as it has an answer. */
public final class HttpLoad {
    private static final int TIMEOUT_MS = 60_000;
    private static final String LENGTH = "content-length: ";

    private final ConcurrentMap<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();
    private final AtomicLongArray takenByConnection;
    private final AtomicLong slowestRefusalNanos = new AtomicLong();
    private final LongAdder withoutRetryAfter = new LongAdder();

    private HttpLoad(int connections) {
        takenByConnection = new AtomicLongArray(connections);
    }

    private record Answer(int status, boolean saysWhen) {}

    /** Returns when the time is over and each request has its answer; {@code requests} by the number of the connection. */
    public static HttpLoad run(int port, int connections, int seconds, IntFunction<byte[]> requests) {
        return run(port, connections, seconds, requests, load -> false);
    }

    /** The same, or when it is enough. */
    public static HttpLoad run(
            int port, int connections, int seconds, IntFunction<byte[]> requests, Predicate<HttpLoad> enough) {
        HttpLoad load = new HttpLoad(connections);
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int connection = i;
                running.add(threads.submit(() -> {
                    load.run(port, requests, connection, end, enough);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get(seconds + 60, TimeUnit.SECONDS);
            }
            return load;
        } catch (Exception failure) {
            throw new AssertionError("load so far " + load, failure);
        } finally {
            threads.shutdownNow();
        }
    }

    /** {@code POST} of a JSON body. */
    public static byte[] post(String path, String json) {
        return ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                        + json.length() + "\r\n\r\n" + json)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void run(int port, IntFunction<byte[]> requests, int connection, long end, Predicate<HttpLoad> enough)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (System.nanoTime() - end < 0 && !enough.test(this)) {
                long asked = System.nanoTime();
                out.write(requests.apply(connection));
                Answer answer = read(in);
                count(connection, answer, System.nanoTime() - asked);
            }
        }
    }

    private void count(int connection, Answer answer, long nanos) {
        byStatus.computeIfAbsent(answer.status, first -> new LongAdder()).increment();
        if (answer.status == 200) {
            takenByConnection.incrementAndGet(connection);
        } else {
            slowestRefusalNanos.accumulateAndGet(nanos, Math::max);
            if (!answer.saysWhen) {
                withoutRetryAfter.increment();
            }
        }
    }

    private static Answer read(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring(9, 12));
        int length = 0;
        boolean saysWhen = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()));
            }
            saysWhen |= header.startsWith("retry-after");
        }
        in.skipNBytes(length);
        return new Answer(status, saysWhen);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the server closed");
            }
            if (octet != '\r') {
                line.append((char) Character.toLowerCase(octet));
            }
        }
        return line.toString();
    }

    public long answered(int status) {
        LongAdder count = byStatus.get(status);
        return count == null ? 0 : count.sum();
    }

    public long answered() {
        return byStatus.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** With 200. */
    public long taken(IntPredicate connections) {
        return IntStream.range(0, takenByConnection.length())
                .filter(connections)
                .mapToLong(takenByConnection::get)
                .sum();
    }

    public long refusedWithoutRetryAfter() {
        return withoutRetryAfter.sum();
    }

    public double slowestRefusalSeconds() {
        return slowestRefusalNanos.get() / 1e9;
    }

    @Override
    public String toString() {
        return Map.copyOf(byStatus) + ", slowest refusal " + slowestRefusalSeconds() + " s";
    }
}
