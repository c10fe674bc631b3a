package dev.fanfara.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Appends the parts of a bus message: strings and arrays with their length in front, numbers big endian. */
final class WireWriter {
    private final Buffer out;

    WireWriter(Buffer out) {
        this.out = out;
    }

    WireWriter integer(int value) {
        out.appendInt(value);
        return this;
    }

    WireWriter number(long value) {
        out.appendLong(value);
        return this;
    }

    WireWriter octet(int value) {
        out.appendByte((byte) value);
        return this;
    }

    WireWriter flag(boolean value) {
        return octet(value ? 1 : 0);
    }

    WireWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    WireWriter optionalText(@Nullable String value) {
        flag(value != null);
        return value == null ? this : text(value);
    }

    WireWriter bytes(byte[] value) {
        out.appendInt(value.length).appendBytes(value);
        return this;
    }

    /** Parts that another writer has put together. */
    WireWriter raw(byte[] parts) {
        out.appendBytes(parts);
        return this;
    }

    <E> WireWriter list(Collection<E> elements, BiConsumer<WireWriter, E> element) {
        integer(elements.size());
        elements.forEach(each -> element.accept(this, each));
        return this;
    }
}
