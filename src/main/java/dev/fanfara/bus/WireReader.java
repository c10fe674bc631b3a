package dev.fanfara.bus;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what {@link WireWriter} wrote, in the same order. */
final class WireReader {
    private final Buffer in;
    private int at;

    WireReader(Buffer in, int at) {
        this.in = in;
        this.at = at;
    }

    int octet() {
        return in.getByte(at++);
    }

    int integer() {
        int value = in.getInt(at);
        at += Integer.BYTES;
        return value;
    }

    long number() {
        long value = in.getLong(at);
        at += Long.BYTES;
        return value;
    }

    boolean flag() {
        return octet() != 0;
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    @Nullable
    String optionalText() {
        return flag() ? text() : null;
    }

    byte[] bytes() {
        int length = integer();
        byte[] value = in.getBytes(at, at + length);
        at += length;
        return value;
    }

    <E> List<E> list(Function<WireReader, E> element) {
        int size = integer();
        List<E> elements = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            elements.add(element.apply(this));
        }
        return elements;
    }
}
