package dev.fanfara.config;

import dev.fanfara.protocol.RoomName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

/** What it costs to find the last of so many room rules: with every join and every publish. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first.
public class RuleBenchmark {
    @Param({"1", "10", "100"})
    public int rules;

    private final RoomName room = new RoomName("chat:lobby:eu");
    private GatewayConfig config;

    @Setup
    public void read() {
        String others = IntStream.range(1, rules)
                .mapToObj(i -> "{\"match\":\"dash:" + i + ":*\",\"mode\":\"plain\"},")
                .collect(Collectors.joining());
        String rooms = "[" + others + "{\"match\":\"**\",\"mode\":\"plain\"}]";
        config = new ConfigSource(null, Map.of(), List.of(new Setting("rooms", rooms, "--set rooms"))).load().config();
    }

    @Benchmark
    public RoomRule ruleFor() {
        return config.ruleFor(room);
    }
}
