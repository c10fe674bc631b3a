package dev.fanfara.connection;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A wire that keeps what it is given. Touched only by the event loop while a turn runs. */
final class RecordingWire implements Outbound {
    final List<byte[]> writes = new ArrayList<>();

    @Nullable
    CloseReason closed;

    boolean isCutOff;

    /** What the system has not taken of what was flushed. */
    long pending;

    /** The system takes what was flushed at once; else it takes nothing while a test runs, as in one round of the loop. */
    boolean takesAtOnce = true;

    private final WireFormat format;
    private long unflushed;
    int flushes;
    int ends;

    private @Nullable Connection connection;

    RecordingWire() {
        this(WireFormat.WEBSOCKET);
    }

    RecordingWire(WireFormat format) {
        this.format = format;
    }

    void serves(Connection opened) {
        connection = opened;
    }

    Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("not open");
        }
        return connection;
    }

    void forget() {
        writes.clear();
        flushes = 0;
    }

    /** All frames, in order. */
    List<JsonObject> messages() {
        return packets().stream().map(JsonObject::new).toList();
    }

    /** What the frames hold, in order; none is longer than 64 KiB. */
    List<String> packets() {
        List<String> packets = new ArrayList<>();
        for (byte[] write : writes) {
            int at = 0;
            while (at < write.length) {
                if (write[at] != (byte) 0x81) {
                    throw new AssertionError("no text frame at byte " + at);
                }
                int length = write[at + 1];
                at += 2;
                if (length == 126) {
                    length = (write[at] & 0xff) << 8 | (write[at + 1] & 0xff);
                    at += 2;
                }
                packets.add(new String(write, at, length, StandardCharsets.UTF_8));
                at += length;
            }
        }
        return packets;
    }

    /** All that was written, of a wire of text. */
    String text() {
        StringBuilder text = new StringBuilder();
        writes.forEach(write -> text.append(new String(write, StandardCharsets.UTF_8)));
        return text.toString();
    }

    List<String> types() {
        return messages().stream().map(message -> message.getString("type")).toList();
    }

    List<Integer> numbers() {
        return messages().stream()
                .filter(message -> message.getString("type").equals("message"))
                .map(message -> message.getJsonObject("data").getInteger("n"))
                .toList();
    }

    @Override
    public WireFormat format() {
        return format;
    }

    @Override
    public void write(ByteBuf frames) {
        byte[] bytes = new byte[frames.readableBytes()];
        frames.readBytes(bytes);
        frames.release();
        writes.add(bytes);
        unflushed += bytes.length;
    }

    @Override
    public void flush() {
        flushes++;
        if (takesAtOnce) {
            unflushed = 0;
        }
    }

    @Override
    public void send(ByteBuf shared, int from) {
        write(shared.slice(from, shared.writerIndex() - from).retain());
        flush();
    }

    @Override
    public long pendingBytes() {
        return pending + unflushed;
    }

    @Override
    public void ping() {}

    @Override
    public Future<Void> close(CloseReason reason) {
        closed = reason;
        return Future.succeededFuture();
    }

    @Override
    public void cutOff() {
        isCutOff = true;
        pending = 0;
        unflushed = 0;
    }
}
