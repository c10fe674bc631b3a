package dev.fanfara.cluster;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.JavaSerializationFilterConfig;

/**
 * Which classes Hazelcast may read by Java serialization: failures, and nothing else.
 *
 * <p>Whoever reaches the cluster port can send serialized objects, and reading one of an unforeseen class can run code.
 * Nothing of ours is serialized that way, but Hazelcast sends the failure of an operation so, and acts on its class: it
 * retries after a {@code WrongTargetException}, and a room tells "no majority" from "try again" by it. An empty list would
 * not do: Hazelcast takes "no list, no defaults" to mean that everything is allowed.
 */
final class JavaSerialization {
    private static final String[] HAZELCAST_FAILURES = {
        "com.hazelcast.core",
        "com.hazelcast.internal.cluster.impl",
        "com.hazelcast.internal.partition",
        "com.hazelcast.map",
        "com.hazelcast.nio.serialization",
        "com.hazelcast.partition",
        "com.hazelcast.spi.exception",
        "com.hazelcast.splitbrainprotection",
    };

    /** The super classes, what an operation of ours may die of, and what Hazelcast's own wrap. */
    private static final String[] JAVA_FAILURES = {
        "java.lang.Throwable",
        "java.lang.Exception",
        "java.lang.RuntimeException",
        "java.lang.Error",
        "java.lang.ArithmeticException",
        "java.lang.ArrayIndexOutOfBoundsException",
        "java.lang.AssertionError",
        "java.lang.ClassCastException",
        "java.lang.ClassNotFoundException",
        "java.lang.IllegalArgumentException",
        "java.lang.IllegalStateException",
        "java.lang.IndexOutOfBoundsException",
        "java.lang.InterruptedException",
        "java.lang.LinkageError",
        "java.lang.NoClassDefFoundError",
        "java.lang.NullPointerException",
        "java.lang.NumberFormatException",
        "java.lang.OutOfMemoryError",
        "java.lang.ReflectiveOperationException",
        "java.lang.SecurityException",
        "java.lang.StackOverflowError",
        "java.lang.UnsupportedOperationException",
        "java.lang.VirtualMachineError",
        "java.io.EOFException",
        "java.io.IOException",
        "java.io.InvalidClassException",
        "java.io.NotSerializableException",
        "java.io.ObjectStreamException",
        "java.io.UncheckedIOException",
        "java.net.ConnectException",
        "java.net.SocketException",
        "java.util.ConcurrentModificationException",
        "java.util.NoSuchElementException",
        "java.util.concurrent.CancellationException",
        "java.util.concurrent.CompletionException",
        "java.util.concurrent.ExecutionException",
        "java.util.concurrent.RejectedExecutionException",
        "java.util.concurrent.TimeoutException",
    };

    /** What the fields of a {@code Throwable} hold: its stack trace, and its list of suppressed failures. */
    private static final String[] PARTS_OF_A_FAILURE = {
        "java.lang.StackTraceElement",
        "[Ljava.lang.StackTraceElement;",
        "java.util.CollSer",
        "java.util.Collections$EmptyList",
        "java.util.ArrayList",
    };

    private JavaSerialization() {}

    static JavaSerializationFilterConfig failuresOnly() {
        return new JavaSerializationFilterConfig()
                .setDefaultsDisabled(true)
                .setWhitelist(new ClassFilter()
                        .addPackages(HAZELCAST_FAILURES)
                        .addClasses(JAVA_FAILURES)
                        .addClasses(PARTS_OF_A_FAILURE));
    }
}
