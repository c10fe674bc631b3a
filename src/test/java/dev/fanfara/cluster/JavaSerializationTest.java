package dev.fanfara.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializable;
import com.hazelcast.spi.exception.TargetNotMemberException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JavaSerializationTest {
    private final Nodes nodes = new Nodes();
    private HazelcastInstance a;
    private HazelcastInstance b;

    @BeforeAll
    void start() {
        a = nodes.start(0).hazelcast().orElseThrow();
        b = nodes.start(1).hazelcast().orElseThrow();
    }

    @AfterAll
    void close() {
        nodes.close();
    }

    @Test
    void serializedObjectIsRefusedBeforeItRuns() {
        a.getMap("bait").put("key", new Bait());

        assertThatThrownBy(() -> b.getMap("bait").get("key"))
                .hasRootCauseInstanceOf(SecurityException.class)
                .hasStackTraceContaining("Resolving class " + Bait.class.getName() + " is not allowed");
        assertThat(Bait.taken).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void failureOnAnotherNodeKeepsItsType(Failure failure) {
        IMap<String, String> map = b.getMap("failing");
        String key = keyOf(a);

        assertThatThrownBy(() -> map.executeOnKey(key, new Failing(failure)))
                .isInstanceOf(failure.thrown.getClass())
                .hasMessageContaining("for a reason");
    }

    /** A key whose partition the given node owns, so that the other one's operations travel. */
    private String keyOf(HazelcastInstance owner) {
        for (int i = 0; ; i++) {
            String key = "key" + i;
            if (owner.getCluster()
                    .getLocalMember()
                    .equals(owner.getPartitionService().getPartition(key).getOwner())) {
                return key;
            }
        }
    }

    enum Failure {
        QUORUM(new SplitBrainProtectionException("for a reason")),
        INDETERMINATE(new IndeterminateOperationStateException("for a reason")),
        MEMBERSHIP(new TargetNotMemberException("for a reason")),
        PROGRAM(new IllegalStateException("for a reason", new IOException("deeper")));

        private final RuntimeException thrown;

        Failure(RuntimeException thrown) {
            this.thrown = thrown;
        }
    }

    /** Throws where its key lives. Public with a public constructor, as Hazelcast wants it. */
    public static final class Failing implements EntryProcessor<String, String, String>, DataSerializable {
        private @Nullable Failure failure;

        public Failing() {}

        Failing(Failure failure) {
            this.failure = failure;
        }

        @Override
        public String process(Map.Entry<String, String> entry) {
            RuntimeException thrown = Objects.requireNonNull(failure).thrown;
            thrown.addSuppressed(new IllegalArgumentException("beside"));
            throw thrown;
        }

        @Override
        public @Nullable EntryProcessor<String, String, String> getBackupProcessor() {
            return null;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeString(Objects.requireNonNull(failure).name());
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            failure = Failure.valueOf(Objects.requireNonNull(in.readString()));
        }
    }

    /** Stands for a class of an attacker's choice. */
    private static final class Bait implements Serializable {
        private static final long serialVersionUID = 1;
        private static volatile boolean taken;

        private void readObject(ObjectInputStream in) {
            taken = true;
        }
    }
}
