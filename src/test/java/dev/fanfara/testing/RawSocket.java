package dev.fanfara.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A WebSocket client without manners: it writes any bytes it likes, and reads or does not. */
public final class RawSocket implements AutoCloseable {
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CONTINUATION = 0x0;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    private static final int TIMEOUT_MS = 15_000;
    private static final int MASKED = 0x80;
    private static final int RSV1 = 0x40;
    private static final byte[] MASK = {1, 2, 3, 4};

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    public record Frame(int opcode, boolean isDeflated, byte[] payload) {
        public int closeCode() {
            return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
        }

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    private RawSocket(int port, int receiveBuffer) {
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            out = socket.getOutputStream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A connection on which nothing was said yet. */
    public static RawSocket connect(int port) {
        return new RawSocket(port, 0);
    }

    public static RawSocket upgraded(int port, String path, String... extraHeaders) {
        return upgrade(new RawSocket(port, 0), path, extraHeaders);
    }

    /** One whose system holds little for it, so that the gateway has to. */
    public static RawSocket upgradedWithSmallBuffer(int port, String path) {
        return upgrade(new RawSocket(port, 4096), path);
    }

    private static RawSocket upgrade(RawSocket raw, String path, String... extraHeaders) {
        String head = raw.requestUpgrade(path, extraHeaders);
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new AssertionError(head);
        }
        return raw;
    }

    /** The head of the answer. */
    public String requestUpgrade(String path, String... extraHeaders) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + socket.getPort()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String header : extraHeaders) {
            request.append(header).append("\r\n");
        }
        write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        return readHead();
    }

    public String readHead() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        try {
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                head.write(next);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    public RawSocket write(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Writes to a server that may have ended the connection. */
    public RawSocket tries(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException ended) {
            return this; // what it said before can still be read
        }
        return this;
    }

    public RawSocket says(String json) {
        return sends(true, TEXT, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** One frame, masked as a client's must be. */
    public RawSocket sends(boolean last, int opcode, byte[] payload) {
        return write(frame((last ? 0x80 : 0) | opcode, payload));
    }

    public static byte[] frame(int firstByte, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(MASKED | payload.length);
        } else if (payload.length <= 0xFFFF) {
            frame.write(MASKED | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(MASKED | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i % MASK.length]);
        }
        return frame.toByteArray();
    }

    public Frame read() throws IOException {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first & 0x0f, (first & RSV1) != 0, payload);
    }

    /** The next frame of this kind; others before it are passed over. */
    public Frame readUntil(int opcode) {
        try {
            while (true) {
                Frame frame = read();
                if (frame.opcode() == opcode) {
                    return frame;
                }
                if (frame.opcode() == CLOSE) {
                    throw new AssertionError("closed with " + frame.closeCode());
                }
            }
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    public int readCloseCode() {
        return readUntil(CLOSE).closeCode();
    }

    /** Reads on until the other side ends the connection, in order or by a reset. */
    public void awaitEnd() {
        byte[] rest = new byte[8192];
        try {
            while (in.read(rest) >= 0) {
                Arrays.fill(rest, (byte) 0);
            }
        } catch (EOFException end) {
            return;
        } catch (SocketTimeoutException late) {
            throw new AssertionError("the connection is still open", late);
        } catch (IOException reset) {
            return;
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
