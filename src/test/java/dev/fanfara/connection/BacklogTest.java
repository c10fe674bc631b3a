package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Setting;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two real event loops of one node, which may let 4 MiB wait: 2 MiB are the share of each. */
class BacklogTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int LOOPS = 2;

    private final AtomicInteger slowConsumers = new AtomicInteger();
    private final AtomicInteger ticks = new AtomicInteger();
    private final Map<Integer, Long> outboundBytes = new ConcurrentHashMap<>();
    private final List<ConnectionVerticle> loops = new ArrayList<>();
    private Vertx vertx;
    private LiveSettings settings;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        settings = new LiveSettings(settings("4MiB"));
        OutboundPerNode node = new OutboundPerNode(LOOPS);
        for (int loop = 0; loop < LOOPS; loop++) {
            ConnectionVerticle edge = new ConnectionVerticle(
                    new Alone(),
                    loop,
                    settings,
                    new RoomsPerUser(),
                    node,
                    Memory.ofThisProcess(),
                    new Observed(),
                    new Hooks(vertx, settings, GatewayMetrics.NONE, "node"),
                    new Sessions(new Alone(), new LocalSessions()),
                    "test");
            loops.add(edge);
            await(vertx.deployVerticle(edge));
        }
    }

    private Settings settings(String outboundPerNode) {
        GatewayConfig config = new ConfigSource(
                        null,
                        Map.of(),
                        List.of(
                                new Setting("limits.outboundPerNode", outboundPerNode, "--set"),
                                new Setting("connections.outboundBudget", "64MiB", "--set")))
                .load()
                .config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        return new Settings(config, "hash", tokens, new ApiKeys(List.of()));
    }

    private record Alone() implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef("node", LOOPS);
        }

        @Override
        public List<NodeRef> peers() {
            return List.of();
        }
    }

    private final class Observed implements GatewayMetrics {
        @Override
        public void slowConsumer() {
            slowConsumers.incrementAndGet();
        }

        @Override
        public void outboundBytes(int loop, long bytes) {
            outboundBytes.put(loop, bytes);
        }

        @Override
        public void eventLoopLag(int loop, Duration lag) {
            ticks.incrementAndGet();
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void whoIsMostBehindIsClosedUntilTheNodeIsUnderItsLimit() {
        RecordingWire slowest = behind(0, 3 * MIB);
        RecordingWire slower = behind(0, 2 * MIB);
        RecordingWire slow = behind(0, 1900 * KIB);
        RecordingWire quick = behind(0, 0);

        weigh(0);

        assertThat(slowest.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
        assertThat(List.of(slower, slow, quick)).extracting(wire -> wire.closed).containsOnlyNulls();
        assertThat(slowConsumers).hasValue(1);
        assertThat(outboundBytes).containsEntry(0, 2L * MIB + 1900 * KIB);
    }

    @Test
    void underTheLimitNobodyIsClosedAndWhoCatchesUpIsForgotten() {
        RecordingWire one = behind(0, 2 * MIB);
        RecordingWire other = behind(1, 2 * MIB);

        weigh(0);
        weigh(1);
        assertThat(outboundBytes).containsEntry(0, 2L * MIB).containsEntry(1, 2L * MIB);
        onLoop(0, () -> one.pending = 0);
        weigh(0);

        assertThat(outboundBytes).containsEntry(0, 0L);
        assertThat(List.of(one, other)).extracting(wire -> wire.closed).containsOnlyNulls();
        assertThat(slowConsumers).hasValue(0);
    }

    @Test
    void onlyTheLoopThatHoldsMoreThanItsShareClosesSomebody() {
        List<RecordingWire> many = List.of(behind(1, MIB), behind(1, MIB), behind(1, MIB));
        weigh(1);
        List<RecordingWire> few = List.of(behind(0, MIB), behind(0, 900 * KIB));

        weigh(0);
        weigh(1);

        assertThat(few).extracting(wire -> wire.closed).containsOnlyNulls();
        assertThat(many.stream().filter(wire -> wire.closed != null)).hasSize(1);
        assertThat(outboundBytes).containsEntry(0, 1924L * KIB).containsEntry(1, 2L * MIB);
    }

    @Test
    void whoseBytesStayAfterTheCloseIsCutOffBeforeAnotherIsClosed() {
        RecordingWire slowest = behind(0, 3 * MIB);
        RecordingWire slow = behind(0, 2 * MIB);
        weigh(0);
        assertThat(slowest.closed).isEqualTo(CloseReason.SLOW_CONSUMER);

        onLoop(0, () -> {
            slowest.pending = 2 * MIB;
            slow.pending = 3 * MIB;
        });
        weigh(0);

        assertThat(slowest.isCutOff).isTrue();
        assertThat(slow.closed).isNull();
        assertThat(slowConsumers).hasValue(1);
    }

    @Test
    void whoWasClosedMayTakeItsTimeWhenThereIsRoom() {
        RecordingWire slowest = behind(0, 0);
        RecordingWire slow = behind(0, 0);

        onLoop(0, () -> {
            slowest.pending = 3 * MIB;
            slow.pending = 2 * MIB;
            say(slowest, 1);
            say(slow, 1);
            loops.get(0).weigh();
            slow.pending = 0;
        });
        assertThat(slowest.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
        weigh(0);

        assertThat(slowest.isCutOff).isFalse();
        assertThat(outboundBytes).containsEntry(0, 3L * MIB);
    }

    @Test
    void manyWhoAreALittleBehindCountToo() {
        List<RecordingWire> all = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            all.add(behind(0, 0));
        }
        weigh(0);

        for (RecordingWire wire : all) {
            onLoop(0, () -> {
                wire.pending = 20 * KIB;
                say(wire, 1);
            });
        }
        weigh(0);

        assertThat(outboundBytes.get(0)).isBetween(4L * MIB - 20 * KIB, 4L * MIB);
        assertThat(all.stream().filter(wire -> wire.closed != null)).hasSize(500 - 4 * MIB / (20 * KIB));
    }

    @Test
    void whatIsWrittenInOneRoundCountsWhenTheLoopHasBeenAtItsSockets() {
        RecordingWire stalled = behind(0, 0);
        stalled.takesAtOnce = false;

        onLoop(0, () -> {
            say(stalled, 5 * MIB);
            loops.get(0).weigh();
            assertThat(stalled.closed).isNull();
        });
        roundEnds(0);
        weigh(0);

        assertThat(stalled.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
    }

    @Test
    void aFloodIsNotWaitedOutUntilTheNextTick() {
        for (int attempt = 0; attempt < 50; attempt++) {
            RecordingWire stalled = behind(0, 0);
            stalled.takesAtOnce = false;
            int ticksBefore = ticks.get();
            onLoop(0, () -> say(stalled, 5 * MIB));
            roundEnds(0);
            boolean isClosed = stalled.closed != null;
            onLoop(0, stalled::cutOff);
            if (ticks.get() == ticksBefore) {
                assertThat(isClosed).isTrue();
                return;
            }
        }
        throw new AssertionError("a tick came in between every time");
    }

    @Test
    void aNewLimitIsInForceAtOnce() {
        RecordingWire slow = behind(0, 3 * MIB);
        weigh(0);
        assertThat(slow.closed).isNull();

        settings.replace(settings("2MiB"));
        weigh(0);

        assertThat(slow.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
    }

    /** Open, with so much that the system does not take, and one small message after it. */
    private RecordingWire behind(int loop, long bytes) {
        RecordingWire wire = new RecordingWire();
        onLoop(loop, () -> {
            wire.serves(loops.get(loop).open(wire, Identity.anonymous("anon", false), "192.0.2.1", () -> wire.ends++));
            wire.pending = bytes;
            say(wire, 1);
        });
        return wire;
    }

    private static void say(RecordingWire wire, int bytes) {
        wire.connection().write(Unpooled.buffer(bytes).writeZero(bytes), 1);
    }

    /** As a tick does, but in a round of its own. */
    private void weigh(int loop) {
        roundEnds(loop);
        onLoop(loop, loops.get(loop)::weigh);
    }

    /** A timer behind the one that ends the round, if there is one. */
    private void roundEnds(int loop) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        onLoop(loop, () -> vertx.setTimer(1, timer -> ended.complete(null)));
        ended.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Runs as one turn of the loop, and returns when what that turn wrote is flushed. */
    private void onLoop(int loop, Runnable turn) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loops.get(loop).verticleContext().runOnContext(now -> {
            try {
                turn.run();
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
            loops.get(loop).verticleContext().runOnContext(after -> done.complete(null));
        });
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
