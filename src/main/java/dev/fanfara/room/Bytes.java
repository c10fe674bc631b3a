package dev.fanfara.room;

import dev.fanfara.protocol.Payload;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the parts of a room's memory become bytes for other nodes: lengths in front, numbers big endian. */
final class Bytes {
    interface Writer<T> {
        void write(DataOutput out, T value) throws IOException;
    }

    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private Bytes() {}

    static <T> void writeList(DataOutput out, Collection<T> values, Writer<T> writer) throws IOException {
        out.writeInt(values.size());
        for (T value : values) {
            writer.write(out, value);
        }
    }

    static <T> List<T> readList(DataInput in, Reader<T> reader) throws IOException {
        int size = in.readInt();
        List<T> values = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            values.add(reader.read(in));
        }
        return values;
    }

    static void write(DataOutput out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] read(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    static void writeOptional(DataOutput out, byte @Nullable [] bytes) throws IOException {
        out.writeBoolean(bytes != null);
        if (bytes != null) {
            write(out, bytes);
        }
    }

    static byte @Nullable [] readOptional(DataInput in) throws IOException {
        return in.readBoolean() ? read(in) : null;
    }

    static void writeText(DataOutput out, @Nullable String text) throws IOException {
        writeOptional(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }

    static @Nullable String readText(DataInput in) throws IOException {
        byte[] bytes = readOptional(in);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static void writePayload(DataOutput out, Payload payload) throws IOException {
        out.writeByte(payload.kind().ordinal());
        write(out, payload.json());
    }

    static Payload readPayload(DataInput in) throws IOException {
        return new Payload(Payload.Kind.values()[in.readByte()], read(in));
    }

    static void writeEntry(DataOutput out, Entry entry) throws IOException {
        out.writeLong(entry.offset());
        out.writeLong(entry.timestamp());
        writeText(out, entry.user());
        writePayload(out, entry.payload());
        out.writeLong(entry.chain());
        writeOptional(out, entry.gone() == null ? null : entry.gone().toJson());
    }

    static Entry readEntry(DataInput in) throws IOException {
        long offset = in.readLong();
        long timestamp = in.readLong();
        String user = readText(in);
        Payload payload = readPayload(in);
        long chain = in.readLong();
        byte[] gone = readOptional(in);
        return new Entry(offset, timestamp, user, payload, chain, gone == null ? null : Tree.read(gone));
    }
}
