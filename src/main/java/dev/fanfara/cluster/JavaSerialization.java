package dev.fanfara.cluster;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.JavaSerializationFilterConfig;

/**
 * Which classes Hazelcast may read by Java serialization: failures, and the state of a cluster.
 *
 * <p>Whoever reaches the cluster port can send serialized objects, and reading one of an unforeseen class can run code. No
 * data of ours is serialized that way, but Hazelcast sends the failure of an operation so, and acts on its class: it
 * retries after a {@code WrongTargetException}, and a room tells "no majority" from "try again" by it. Worse, a failure that
 * may not be read is no answer at all: the caller hangs for twice the call timeout. So the list is long rather than strict.
 *
 * <p>An empty list would not do: Hazelcast takes "no list, no defaults" to mean that everything is allowed.
 */
final class JavaSerialization {
    /** Packages of failures; of those that hold more, the classes are named below. */
    private static final String[] HAZELCAST_FAILURES = {
        "com.hazelcast.core",
        "com.hazelcast.internal.cluster.impl",
        "com.hazelcast.internal.partition",
        "com.hazelcast.internal.serialization.impl.compact",
        "com.hazelcast.internal.server.tcp",
        "com.hazelcast.map",
        "com.hazelcast.map.impl.operation",
        "com.hazelcast.nio.serialization",
        "com.hazelcast.partition",
        "com.hazelcast.spi.exception",
        "com.hazelcast.splitbrainprotection",
        "com.hazelcast.topic",
        "com.hazelcast.transaction",
    };

    private static final String[] OTHER_FAILURES = {
        "com.hazelcast.config.InvalidConfigurationException",
        "com.hazelcast.memory.NativeOutOfMemoryError",
        "com.hazelcast.query.QueryException",
        "io.vertx.core.VertxException",
        "io.vertx.core.json.DecodeException",
        "io.vertx.core.json.EncodeException",
    };

    /** Ours: none of them does anything when read. */
    private static final String OWN_FAILURES = "dev.fanfara.";

    /** The super classes, what an operation of ours may die of, and what Hazelcast's own wrap. */
    private static final String[] JAVA_FAILURES = {
        "java.lang.Throwable",
        "java.lang.Exception",
        "java.lang.RuntimeException",
        "java.lang.Error",
        "java.lang.ArithmeticException",
        "java.lang.ArrayIndexOutOfBoundsException",
        "java.lang.AssertionError",
        "java.lang.ArrayStoreException",
        "java.lang.ClassCastException",
        "java.lang.ClassNotFoundException",
        "java.lang.ExceptionInInitializerError",
        "java.lang.IllegalArgumentException",
        "java.lang.IllegalMonitorStateException",
        "java.lang.IllegalStateException",
        "java.lang.IncompatibleClassChangeError",
        "java.lang.IndexOutOfBoundsException",
        "java.lang.InternalError",
        "java.lang.InterruptedException",
        "java.lang.LinkageError",
        "java.lang.NegativeArraySizeException",
        "java.lang.NoClassDefFoundError",
        "java.lang.NoSuchFieldError",
        "java.lang.NoSuchMethodError",
        "java.lang.NoSuchMethodException",
        "java.lang.NullPointerException",
        "java.lang.NumberFormatException",
        "java.lang.OutOfMemoryError",
        "java.lang.ReflectiveOperationException",
        "java.lang.SecurityException",
        "java.lang.StackOverflowError",
        "java.lang.StringIndexOutOfBoundsException",
        "java.lang.UnsupportedOperationException",
        "java.lang.VirtualMachineError",
        "java.io.EOFException",
        "java.io.IOException",
        "java.io.UTFDataFormatException",
        "java.io.InvalidClassException",
        "java.io.NotSerializableException",
        "java.io.ObjectStreamException",
        "java.io.UncheckedIOException",
        "java.net.ConnectException",
        "java.net.SocketException",
        "java.nio.BufferOverflowException",
        "java.nio.BufferUnderflowException",
        "java.nio.ReadOnlyBufferException",
        "java.nio.channels.ClosedChannelException",
        "java.time.DateTimeException",
        "java.util.ConcurrentModificationException",
        "java.util.NoSuchElementException",
        "java.util.concurrent.CancellationException",
        "java.util.concurrent.CompletionException",
        "java.util.concurrent.ExecutionException",
        "java.util.concurrent.RejectedExecutionException",
        "java.util.concurrent.TimeoutException",
    };

    /** What the fields of a failure hold: a stack trace, a list of suppressed failures, the version of a lost member. */
    private static final String[] PARTS_OF_A_FAILURE = {
        "java.lang.StackTraceElement",
        "[Ljava.lang.StackTraceElement;",
        "java.util.CollSer",
        "java.util.Collections$EmptyList",
        "java.util.ArrayList",
        "com.hazelcast.version.MemberVersion",
    };

    /** A part of a split cluster that has several nodes is frozen before it joins the larger one. */
    private static final String[] STATES = {"com.hazelcast.cluster.ClusterState", "java.lang.Enum"};

    private JavaSerialization() {}

    static JavaSerializationFilterConfig allowed() {
        return new JavaSerializationFilterConfig()
                .setDefaultsDisabled(true)
                .setWhitelist(new ClassFilter()
                        .addPackages(HAZELCAST_FAILURES)
                        .addClasses(OTHER_FAILURES)
                        .addPrefixes(OWN_FAILURES)
                        .addClasses(JAVA_FAILURES)
                        .addClasses(PARTS_OF_A_FAILURE)
                        .addClasses(STATES));
    }
}
