package dev.fanfara.connection;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Setting;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the gateway's own part of a broadcast costs per member: one turn of the loop, from the messages of one room to
 * writes on wires that go nowhere. The hop to the loop and back is in it, about ten microseconds per turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first.
public class FanOutBenchmark {
    private static final int MEMBERS = 1000;
    private static final RoomName ROOM = new RoomName("bench-0");
    private static final String NODE = "node";

    @Param({"1", "16"})
    public int messagesPerTurn;

    private Vertx vertx;
    private ConnectionVerticle edge;
    private Payload payload;

    private record Alone() implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return List.of();
        }
    }

    private static final class Nowhere implements Outbound {
        @Override
        public WireFormat format() {
            return WireFormat.WEBSOCKET;
        }

        @Override
        public void write(ByteBuf frames) {
            frames.release();
        }

        @Override
        public void flush() {}

        @Override
        public void send(ByteBuf shared, int from) {
            shared.slice(from, shared.writerIndex() - from).retain().release();
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void ping() {}

        @Override
        public Future<Void> close(CloseReason reason) {
            return Future.succeededFuture();
        }

        @Override
        public void cutOff() {}
    }

    @Setup(Level.Trial)
    public void open() throws Exception {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        GatewayConfig config = new ConfigSource(null, Map.of(), List.of(new Setting("limits.roomsPerUser", "1000000", "--set")))
                .load()
                .config();
        TokenVerifier tokens =
                TokenVerifier.create(vertx, config.auth(), null).await(10, TimeUnit.SECONDS);
        LiveSettings settings = new LiveSettings(new Settings(config, "hash", tokens, new ApiKeys(List.of())));
        edge = new ConnectionVerticle(
                new Alone(),
                0,
                settings,
                new RoomsPerUser(),
                new OutboundPerNode(1),
                Memory.ofThisProcess(),
                GatewayMetrics.NONE,
                new Hooks(vertx, settings, GatewayMetrics.NONE, NODE),
                new Sessions(new Alone(), new LocalSessions()),
                "jmh");
        CountDownLatch joined = new CountDownLatch(MEMBERS);
        vertx.deployVerticle(edge).await(10, TimeUnit.SECONDS);
        // The room lets everybody in at once; it is told on the loop, where the answer belongs.
        Addresses.ROOM
                .hear(vertx, NODE, 0, message -> {
                    if (message instanceof RoomMessage.Join join) {
                        edge.verticleContext()
                                .runOnContext(now -> {
                                    edge.memberships().onJoined(
                                            new EdgeMessage.Joined(ROOM, join.connection(), join.ticket(), 1, null));
                                    joined.countDown();
                                });
                    }
                })
                .await(10, TimeUnit.SECONDS);
        byte[] join = "{\"type\":\"join\",\"room\":\"bench-0\"}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < MEMBERS; i++) {
            onLoop(() -> edge.open(new Nowhere(), Identity.anonymous("anon", false), "127.0.0.1", () -> {})
                    .onText(join));
        }
        payload = new Payload(Payload.Kind.TEXT, ('"' + "x".repeat(128) + '"').getBytes(StandardCharsets.UTF_8));
        if (!joined.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException(joined.getCount() + " members are not in the room");
        }
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Benchmark
    @OperationsPerInvocation(MEMBERS)
    public void turn() {
        onLoop(() -> {
            for (int i = 0; i < messagesPerTurn; i++) {
                ServerMessage.Message message =
                        new ServerMessage.Message(ROOM, "alice", payload, System.currentTimeMillis(), 0);
                edge.memberships().onDeliver(new EdgeMessage.Deliver(Channel.everyFrame(ROOM), new SharedMessage(message, System.nanoTime()), null));
            }
        });
    }

    /** Returns when the turn has ended and all is written. */
    private void onLoop(Runnable turn) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        edge.verticleContext().runOnContext(now -> {
            turn.run();
            edge.verticleContext().runOnContext(after -> done.complete(null));
        });
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
