package dev.fanfara.room;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a patch of five members costs in a room whose state has 1,000, and what it costs to make one patch of 100. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TreeBenchmark {
    private static final int MEMBERS = 1_000;
    private static final int PATCHES = 100;

    private final Tree state = new Tree();
    private final byte[][] json = new byte[PATCHES][];
    private final Tree[] patches = new Tree[PATCHES];
    private int next;

    /** Panels of two numbers each, {@code "panel-7":{"value":7.5,"at":1700000007}}; a patch sets one of five. */
    @Setup
    public void write() {
        state.merge(Tree.read(object(IntStream.range(0, MEMBERS).mapToObj(i -> panel(i, i)))));
        for (int p = 0; p < PATCHES; p++) {
            int patch = p;
            json[p] = object(IntStream.range(0, 5).mapToObj(i -> panel((patch * 37 + i * 211) % MEMBERS, patch)));
            patches[p] = Tree.read(json[p]);
        }
    }

    private static String panel(int panel, int value) {
        return "\"panel-" + panel + "\":{\"value\":" + value + ".5,\"at\":1700000" + (100 + value) + "}";
    }

    private static byte[] object(Stream<String> members) {
        return members.collect(Collectors.joining(",", "{", "}")).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public Tree read() {
        return Tree.read(json[turn()]);
    }

    @Benchmark
    public int bytesAfter() {
        return state.bytesAfter(patches[turn()]);
    }

    @Benchmark
    public int merge() {
        state.merge(patches[turn()]);
        return state.bytes();
    }

    @Benchmark
    public byte[] writeState() {
        return state.toJson();
    }

    @Benchmark
    public Tree copyState() {
        return state.copy();
    }

    @Benchmark
    public byte[] onePatchOfHundred() {
        Changes changes = new Changes();
        for (Tree patch : patches) {
            changes.add(patch);
        }
        return changes.against(state).toJson();
    }

    private int turn() {
        next = next + 1 == PATCHES ? 0 : next + 1;
        return next;
    }
}
