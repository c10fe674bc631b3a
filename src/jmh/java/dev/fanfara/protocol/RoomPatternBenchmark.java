package dev.fanfara.protocol;

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

/** What it costs to ask whether a room is one of a pattern's: with every join and every publish. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoomPatternBenchmark {
    @Param({"**", "dash:**", "dash:*:eu", "dash:sales:us"})
    public String pattern = "**";

    private final RoomName room = new RoomName("dash:sales:eu");
    private RoomPattern compiled = new RoomPattern("**");

    @Setup
    public void compile() {
        compiled = new RoomPattern(pattern);
    }

    @Benchmark
    public boolean matches() {
        return compiled.matches(room);
    }
}
