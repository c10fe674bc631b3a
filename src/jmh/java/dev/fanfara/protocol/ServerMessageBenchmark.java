package dev.fanfara.protocol;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a publication costs until it is bytes: once per node, however many members. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ServerMessageBenchmark {
    private static final RoomName ROOM = new RoomName("dash:sales");

    @Param({"128", "1024"})
    public int payloadBytes;

    private Payload payload = new Payload(Payload.Kind.TEXT, new byte[0]);
    private long timestamp = 1_767_225_600_000L;

    @Setup
    public void write() {
        String text = '"' + "x".repeat(payloadBytes) + '"';
        payload = new Payload(Payload.Kind.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A new timestamp each time, as in life. */
    @Benchmark
    public byte[] toJson() {
        return new ServerMessage.Message(ROOM, "alice", payload, timestamp++, 0).toJson();
    }
}
