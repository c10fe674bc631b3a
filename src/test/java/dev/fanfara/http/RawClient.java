package dev.fanfara.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that can break every rule of HTTP. */
final class RawClient implements AutoCloseable {
    private static final int DEADLINE_MS = 10_000;

    private final Socket socket = new Socket();

    private RawClient() {}

    static RawClient connect(int port) {
        RawClient client = new RawClient();
        try {
            client.socket.connect(new InetSocketAddress("127.0.0.1", port), DEADLINE_MS);
            client.socket.setSoTimeout(DEADLINE_MS);
            client.socket.setTcpNoDelay(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return client;
    }

    RawClient send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything until the server closes, which it must. */
    String untilClosed() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server did not close; it said:\n" + all, e);
        } catch (SocketException reset) {
            // Closed all the same.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** What comes until {@code end} has come. */
    String until(String end) {
        StringBuilder all = new StringBuilder();
        try {
            while (all.indexOf(end) < 0) {
                int octet = socket.getInputStream().read();
                if (octet < 0) {
                    throw new AssertionError("closed before '" + end + "' came; it said:\n" + all);
                }
                all.append((char) octet);
            }
        } catch (IOException e) {
            throw new AssertionError("no '" + end + "' came; it said:\n" + all, e);
        }
        return all.toString();
    }

    /** Sends {@code drop} again and again until the server closes; the time between is the peer's patience to read. */
    String dripUntilClosed(String drop, int everyMs) {
        StringBuilder all = new StringBuilder();
        long end = System.nanoTime() + DEADLINE_MS * 1_000_000L;
        try {
            socket.setSoTimeout(everyMs);
            while (System.nanoTime() < end) {
                try {
                    int octet = socket.getInputStream().read();
                    if (octet < 0) {
                        return all.toString();
                    }
                    all.append((char) octet);
                } catch (SocketTimeoutException nothingYet) {
                    send(drop);
                }
            }
        } catch (SocketException | UncheckedIOException reset) {
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("the server did not close; it said:\n" + all);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
