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

/** What a client's bytes cost until they are a command. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CommandBenchmark {
    @Param({"join", "text128", "data1k"})
    public String command = "";

    private byte[] utf8 = {};

    @Setup
    public void write() {
        String json =
                switch (command) {
                    case "join" -> "{\"type\":\"join\",\"room\":\"dash:sales\",\"user\":\"alice\",\"id\":1}";
                    case "text128" ->
                        "{\"type\":\"message\",\"room\":\"dash:sales\",\"text\":\"" + "x".repeat(128) + "\"}";
                    default ->
                        "{\"type\":\"message\",\"room\":\"dash:sales\",\"data\":["
                                + "{\"panel\":\"cpu\",\"value\":12.5},".repeat(32) + "null]}";
                };
        utf8 = json.getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public Command read() {
        return Command.read(utf8);
    }

    @Benchmark
    public ClientMessage readAndUnderstand() {
        return Command.read(utf8).understand();
    }
}
