package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections on one real event loop; the test plays the room service and looks at what each wire was given. */
class ConnectionVerticleTest {
    private static final RoomName ROOM = new RoomName("room");
    private static final String NODE = "node";

    private final BlockingQueue<RoomMessage> toRoom = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private ConnectionVerticle edge;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        GatewayConfig config =
                new ConfigSource(null, Map.of(), List.of()).load().config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
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
                "test");
        await(vertx.deployVerticle(edge));
        await(Addresses.ROOM.hear(vertx, NODE, 0, toRoom::add));
    }

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

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void whatIsSaidInOneTurnLeavesAsOneWritePerMember() {
        RecordingWire alice = joined();
        RecordingWire bob = joined();

        onLoop(() -> {
            edge.memberships().onDeliver(said(1, null));
            edge.memberships().onDeliver(said(2, null));
            edge.memberships().onDeliver(said(3, null));
        });

        for (RecordingWire wire : List.of(alice, bob)) {
            assertThat(wire.numbers()).containsExactly(1, 2, 3);
            assertThat(wire.writes).hasSize(1);
            assertThat(wire.flushes).isEqualTo(1);
        }
    }

    @Test
    void aSenderGetsItsAckInOrderAndNotItsOwnMessage() {
        RecordingWire alice = joined();
        RecordingWire bob = joined();

        onLoop(() -> {
            edge.memberships().onDeliver(said(1, null));
            edge.memberships().onDeliver(said(2, alice));
            edge.memberships()
                    .onReply(new EdgeMessage.Reply(
                            ROOM,
                            alice.connection().id(),
                            new ServerMessage.Ack(new CommandId("2"), ROOM, null, false, null)));
            edge.memberships().onDeliver(said(3, null));
        });

        assertThat(alice.types()).containsExactly("message", "ack", "message");
        assertThat(alice.numbers()).containsExactly(1, 3);
        assertThat(bob.numbers()).containsExactly(1, 2, 3);
        assertThat(alice.flushes).isEqualTo(1);
    }

    @Test
    void whoJoinsInTheMiddleOfATurnHearsWhatComesAfterIt() {
        RecordingWire alice = joined();
        RecordingWire late = open();
        onLoop(() -> late.connection().onText(json("{'type':'join','room':'room'}")));
        RoomMessage.Join join = (RoomMessage.Join) next();

        onLoop(() -> {
            edge.memberships().onDeliver(said(1, null));
            edge.memberships().onJoined(new EdgeMessage.Joined(ROOM, join.connection(), join.ticket(), 2, null));
            edge.memberships().onDeliver(said(2, null));
        });

        assertThat(alice.numbers()).containsExactly(1, 2);
        assertThat(late.types()).containsExactly("joined", "message");
        assertThat(late.numbers()).containsExactly(2);
    }

    @Test
    void whoLeavesInTheMiddleOfATurnHasHeardWhatCameBeforeIt() {
        RecordingWire alice = joined();
        RecordingWire bob = joined();

        onLoop(() -> {
            edge.memberships().onDeliver(said(1, null));
            alice.connection().onText(json("{'type':'leave'}"));
            edge.memberships().onDeliver(said(2, null));
        });

        assertThat(alice.types()).containsExactly("message", "left");
        assertThat(bob.numbers()).containsExactly(1, 2);
        assertThat(next()).isInstanceOf(RoomMessage.Leave.class);
    }

    @Test
    void aFloodInOneTurnIsWrittenInPartsAndLosesNothing() {
        RecordingWire alice = joined();
        String large = "x".repeat(60_000);

        onLoop(() -> {
            for (int i = 0; i < 12; i++) {
                edge.memberships().onDeliver(new EdgeMessage.Deliver(Channel.everyFrame(ROOM), shared(i, large), null));
            }
        });

        assertThat(alice.numbers()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        assertThat(alice.writes).hasSizeBetween(2, 4);
    }

    @Test
    void aBurstLargerThanTheBudgetDoesNotCloseWhoReadsInTime() {
        RecordingWire alice = joined();
        String large = "x".repeat(60_000);

        onLoop(() -> {
            for (int i = 0; i < 60; i++) {
                edge.memberships().onDeliver(new EdgeMessage.Deliver(Channel.everyFrame(ROOM), shared(i, large), null));
            }
        });

        assertThat(alice.closed).isNull();
        assertThat(alice.numbers()).hasSize(60);
    }

    @Test
    void whatAFloodWritesBeforeTheLoopIsAtItsSocketsAgainDoesNotCloseAReader() {
        RecordingWire alice = joined();
        alice.takesAtOnce = false;

        CompletableFuture<Void> said = new CompletableFuture<>();
        onLoop(() -> sayOneByOne(40, said));
        said.orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(alice.numbers()).hasSize(40);
        assertThat(alice.flushes).isEqualTo(40);
        assertThat(alice.closed).isNull();
    }

    /** Each in a task of its own, which comes when what the one before said is written. */
    private void sayOneByOne(int more, CompletableFuture<Void> said) {
        if (more == 0) {
            said.complete(null);
        } else {
            edge.memberships()
                    .onDeliver(
                            new EdgeMessage.Deliver(Channel.everyFrame(ROOM), shared(more, "x".repeat(60_000)), null));
            edge.verticleContext().runOnContext(next -> sayOneByOne(more - 1, said));
        }
    }

    @Test
    void aSlowMemberIsClosedAndTheOthersAreServed() {
        RecordingWire alice = joined();
        RecordingWire slow = joined();
        RecordingWire bob = joined();
        slow.pending = 2 * 1024 * 1024;

        onLoop(() -> edge.memberships().onDeliver(said(1, null)));

        assertThat(slow.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
        assertThat(slow.writes).isEmpty();
        assertThat(alice.numbers()).containsExactly(1);
        assertThat(bob.numbers()).containsExactly(1);
        assertThat(((RoomMessage.Leave) next()).connection())
                .isEqualTo(slow.connection().id());
    }

    @Test
    void theAnswerToAJoinThatWasLeftIsNotTakenForTheAnswerToTheNext() {
        RecordingWire alice = open();
        onLoop(() -> {
            alice.connection().onText(json("{'type':'join','room':'room'}"));
            alice.connection().onText(json("{'type':'leave','room':'room'}"));
            alice.connection().onText(json("{'type':'join','room':'room'}"));
        });
        RoomMessage.Join first = (RoomMessage.Join) next();
        next();
        RoomMessage.Join second = (RoomMessage.Join) next();

        onLoop(() ->
                edge.memberships().onJoined(new EdgeMessage.Joined(ROOM, first.connection(), first.ticket(), 1, null)));
        assertThat(alice.types()).containsExactly("left");
        onLoop(() -> edge.memberships()
                .onJoined(new EdgeMessage.Joined(ROOM, second.connection(), second.ticket(), 1, null)));
        assertThat(alice.types()).containsExactly("left", "joined");
    }

    @Test
    void aClosedConnectionLeavesEverythingOnce() {
        RecordingWire alice = joined();

        onLoop(() -> {
            alice.connection().onClosed(1006);
            alice.connection().onClosed(1006);
            alice.connection().close(CloseReason.NORMAL);
            edge.memberships().onDeliver(said(1, null));
        });

        assertThat(alice.ends).isEqualTo(1);
        assertThat(alice.writes).isEmpty();
        assertThat(next()).isInstanceOf(RoomMessage.Leave.class);
        assertThat(toRoom).isEmpty();
    }

    @Test
    void aDrainAnswersWhatWasSaidBeforeItClosesAndHearsNothingMore() {
        RecordingWire alice = joined();
        RecordingWire idle = joined();
        onLoop(() -> alice.connection().onText(json("{'type':'message','text':'a','id':1}")));
        next();

        onLoop(() -> edge.drain(Duration.ZERO));
        onLoop(() -> alice.connection().onText(json("{'type':'message','text':'b','id':2}")));

        assertThat(idle.types()).containsExactly("reconnect");
        assertThat(idle.closed).isEqualTo(CloseReason.SHUTTING_DOWN);
        assertThat(alice.types()).containsExactly("reconnect");
        assertThat(alice.closed).isNull();
        assertThat(((RoomMessage.Leave) next()).connection())
                .isEqualTo(idle.connection().id());
        assertThat(toRoom).isEmpty();

        onLoop(() -> edge.memberships()
                .onReply(new EdgeMessage.Reply(
                        ROOM,
                        alice.connection().id(),
                        new ServerMessage.Ack(new CommandId("1"), ROOM, null, false, null))));

        assertThat(alice.types()).containsExactly("reconnect", "ack");
        assertThat(alice.closed).isEqualTo(CloseReason.SHUTTING_DOWN);
    }

    @Test
    void aDrainDoesNotWaitForARoomThatNeverAnswers() {
        RecordingWire alice = joined();
        onLoop(() -> alice.connection().onText(json("{'type':'message','text':'a','id':1}")));

        CompletableFuture<Void> drained = new CompletableFuture<>();
        onLoop(() -> edge.drain(Duration.ZERO).onSuccess(drained::complete));

        drained.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(alice.closed).isEqualTo(CloseReason.SHUTTING_DOWN);
    }

    @Test
    void clientsOfADrainComeBackEvenlyHoweverLittleTimeThereIs() {
        List<RecordingWire> wires = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            wires.add(open());
        }

        onLoop(() -> edge.drain(Duration.ZERO));

        Map<Long, Long> inTenth = wires.stream()
                .map(wire -> wire.messages().get(0).getLong("after"))
                .collect(Collectors.groupingBy(after -> after / 100, Collectors.counting()));
        assertThat(inTenth).hasSizeGreaterThanOrEqualTo(30);
        assertThat(inTenth.values()).allMatch(count -> count <= 12);
    }

    @Test
    void whoComesDuringADrainIsSentAwayToo() {
        RecordingWire early = open();
        onLoop(() -> edge.drain(Duration.ofMinutes(1)));
        RecordingWire late = open();

        assertThat(late.closed).isEqualTo(CloseReason.SHUTTING_DOWN);
        assertThat(early.closed).isEqualTo(CloseReason.SHUTTING_DOWN);
    }

    private RecordingWire open() {
        RecordingWire wire = new RecordingWire();
        onLoop(() -> wire.serves(edge.open(wire, Identity.anonymous("anon", false), "192.0.2.1", () -> wire.ends++)));
        wire.forget();
        return wire;
    }

    private RecordingWire joined() {
        RecordingWire wire = open();
        onLoop(() -> wire.connection().onText(json("{'type':'join','room':'room'}")));
        RoomMessage.Join join = (RoomMessage.Join) next();
        onLoop(() ->
                edge.memberships().onJoined(new EdgeMessage.Joined(ROOM, join.connection(), join.ticket(), 1, null)));
        wire.forget();
        return wire;
    }

    private static EdgeMessage.Deliver said(int number, @Nullable RecordingWire except) {
        return new EdgeMessage.Deliver(
                Channel.everyFrame(ROOM),
                shared(number, ""),
                except == null ? null : except.connection().id());
    }

    private static SharedMessage shared(int number, String padding) {
        byte[] data = ("{\"n\":" + number + ",\"x\":\"" + padding + "\"}").getBytes(StandardCharsets.UTF_8);
        return new SharedMessage(
                new ServerMessage.Message(ROOM, null, new Payload(Payload.Kind.DATA, data), 0, 0), System.nanoTime());
    }

    private RoomMessage next() {
        try {
            RoomMessage message = toRoom.poll(10, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("nothing was said to the room");
            }
            return message;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    /** Runs as one turn of the loop, and returns when what that turn wrote is flushed. */
    private void onLoop(Runnable turn) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        edge.verticleContext().runOnContext(now -> {
            try {
                turn.run();
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
            edge.verticleContext().runOnContext(after -> done.complete(null));
        });
        done.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
