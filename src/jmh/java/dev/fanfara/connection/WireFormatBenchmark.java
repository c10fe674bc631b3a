package dev.fanfara.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
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
    @Param({"100", "250", "70000"})
    public int jsonBytes;

    private byte[] json = {};
    private final ByteBuf frames = PooledByteBufAllocator.DEFAULT.directBuffer(128 * 1024);

    @Setup
    public void write() {
        json = new byte[jsonBytes];
    }

    @Benchmark
    public int append() {
        frames.clear();
        WireFormat.WEBSOCKET.append(json, frames);
        return frames.writerIndex();
    }
}
