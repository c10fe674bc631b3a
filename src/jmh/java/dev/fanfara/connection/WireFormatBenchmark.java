package dev.fanfara.connection;

import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
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

/** What it costs to frame a message: once per event loop, however many members. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class WireFormatBenchmark {
    private static final CompressionConfig COMPRESSION = new CompressionConfig(true, 1);

    @Param({"100", "250", "70000"})
    public int jsonBytes;

    private SharedMessage message = messageOf(0);
    private final ByteBuf frames = PooledByteBufAllocator.DEFAULT.directBuffer(128 * 1024);

    @Setup
    public void write() {
        message = messageOf(jsonBytes);
    }

    private static SharedMessage messageOf(int bytes) {
        byte[] data = ("[" + "7,".repeat(bytes / 2) + "7]").getBytes(StandardCharsets.UTF_8);
        SharedMessage message = new SharedMessage(
                new ServerMessage.Message(new RoomName("bench"), null, new Payload(Payload.Kind.DATA, data), 0, 0), 0);
        message.deflated();
        return message;
    }

    @Benchmark
    public int plain() {
        return append(WireFormat.WEBSOCKET);
    }

    @Benchmark
    public int deflatedBefore() {
        return append(WireFormat.WEBSOCKET_DEFLATE);
    }

    private int append(WireFormat format) {
        frames.clear();
        format.append(message, COMPRESSION, frames);
        return frames.writerIndex();
    }
}
