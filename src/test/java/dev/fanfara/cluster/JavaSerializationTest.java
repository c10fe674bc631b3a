package dev.fanfara.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializable;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
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
    void serializedObjectIsRefused() throws MalformedURLException {
        a.getMap("bait").put("key", URI.create("http://example.com").toURL());

        assertThatThrownBy(() -> b.getMap("bait").get("key"))
                .rootCause()
                .isInstanceOf(SecurityException.class)
                .hasMessage("Resolving class java.net.URL is not allowed.");
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

    /** Or else its caller hangs. What is left out belongs to parts of Hazelcast that a gateway does not use. */
    @Test
    void everyFailureOfHazelcastMayBeRead() throws IOException {
        ClassFilter allowed = JavaSerialization.allowed().getWhitelist();
        Pattern unused =
                Pattern.compile("com\\.hazelcast\\.(cache|client|cp|crdt|durableexecutor|flakeidgen|jet|kubernetes"
                        + "|replicatedmap|ringbuffer|scheduledexecutor|shaded|sql|wan|config\\.properties|query\\..*"
                        + "|internal\\.(adapter|ascii|config|json|metrics|util|yaml)|spi\\.impl\\.securestore)\\..*");

        assertThat(failuresOfHazelcast())
                .filteredOn(unused.asMatchPredicate().negate())
                .isNotEmpty()
                .allMatch(allowed::isListed);
    }

    private static List<String> failuresOfHazelcast() throws IOException {
        List<String> failures = new ArrayList<>();
        Path jar = Path.of(URI.create(Hazelcast.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        try (JarFile classes = new JarFile(jar.toFile())) {
            classes.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.matches("com/hazelcast/.*(Exception|Error)\\.class"))
                    .map(name ->
                            name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .filter(JavaSerializationTest::isFailure)
                    .forEach(failures::add);
        }
        return failures;
    }

    private static boolean isFailure(String name) {
        try {
            return Throwable.class.isAssignableFrom(Class.forName(name, false, Hazelcast.class.getClassLoader()));
        } catch (ClassNotFoundException | LinkageError optional) {
            return false;
        }
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
        OURS(new ClusterException("for a reason")),
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
}
