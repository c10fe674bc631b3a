package dev.fanfara.log;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * What goes from node to node on behalf of the memories. Nodes of two versions may talk for a while: each body has its
 * length in front, so a later version adds to its end, and this one skips what it does not know.
 */
abstract class Wired implements IdentifiedDataSerializable {
    static final int FACTORY = 0xfa;

    /** For what cannot be told by adding to the end; until then nobody looks at it. */
    private static final byte VERSION = 1;

    private final Kind kind;

    /** In the order of their numbers on the wire: add at the end. */
    enum Kind {
        STORED_LOG(StoredLog::new),
        APPEND(AppendProcessor::new),
        READ(ReadProcessor::new),
        RENEW(RenewProcessor::new),
        HEAD(HeadProcessor::new),
        FOLLOW(FollowProcessor::new),
        COPY(CopyProcessor::new),
        PROLONG(ProlongProcessor::new),
        MERGE(MergePolicy::new),
        CONFIRM(ConfirmProcessor::new);

        private final Supplier<Wired> blank;

        Kind(Supplier<Wired> blank) {
            this.blank = blank;
        }
    }

    static final class Factory implements DataSerializableFactory {
        private static final Kind[] KINDS = Kind.values();

        @Override
        public IdentifiedDataSerializable create(int classId) {
            return KINDS[classId].blank.get();
        }
    }

    interface Writer {
        void write(DataOutput out) throws IOException;
    }

    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    Wired(Kind kind) {
        this.kind = kind;
    }

    abstract void write(DataOutput out) throws IOException;

    abstract void read(DataInput in) throws IOException;

    static byte[] bytes(Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        writer.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    static <T> T read(byte[] bytes, Reader<T> reader) throws IOException {
        return reader.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Override
    public final int getFactoryId() {
        return FACTORY;
    }

    @Override
    public final int getClassId() {
        return kind.ordinal();
    }

    @Override
    public final void writeData(ObjectDataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeByteArray(bytes(this::write));
    }

    @Override
    public final void readData(ObjectDataInput in) throws IOException {
        in.readByte();
        byte[] body = in.readByteArray();
        if (body == null) {
            throw new IOException(kind + " without a body");
        }
        read(new DataInputStream(new ByteArrayInputStream(body)));
    }
}
