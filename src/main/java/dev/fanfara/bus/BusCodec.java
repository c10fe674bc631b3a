package dev.fanfara.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Carries one family of immutable messages: by reference within a node, as bytes between nodes. The first byte is the
 * version of the format, so that nodes of two releases can tell each other's bytes apart.
 */
final class BusCodec<T> implements MessageCodec<T, T> {
    private static final int VERSION = 5;

    private final String name;
    private final BiConsumer<WireWriter, T> writer;
    private final Function<WireReader, T> reader;

    BusCodec(String name, BiConsumer<WireWriter, T> writer, Function<WireReader, T> reader) {
        this.name = name;
        this.writer = writer;
        this.reader = reader;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        buffer.appendByte((byte) VERSION);
        writer.accept(new WireWriter(buffer), message);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        WireReader in = new WireReader(buffer, position);
        int version = in.octet();
        if (version != VERSION) {
            throw new IllegalArgumentException(name + ": bus format " + version + ", this node speaks " + VERSION);
        }
        return reader.apply(in);
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
