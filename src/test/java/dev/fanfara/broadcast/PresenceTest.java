package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.Roster;
import dev.fanfara.bus.Subscribe;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.log.LocalRoomLogs;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What members of one node are told of who comes and goes; the test plays the other node. All on one event loop. */
class PresenceTest {
    private static final String NODE = "node";
    private static final String PEER = "peer";
    private static final RoomName ROOM = new RoomName("room");
    private static final int SINGLY = 100;

    /** Touched only by the event loop. */
    private final List<ServerMessage> told = new ArrayList<>();

    private final List<PeerMessage.RosterDelta> deltas = new ArrayList<>();
    private Vertx vertx;
    private BroadcastVerticle service;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        Addresses.registerCodecs(vertx.eventBus());
        GatewayConfig config =
                new ConfigSource(null, Map.of(), List.of()).load().config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        LiveSettings settings = new LiveSettings(new Settings(config, "hash", tokens, new ApiKeys(List.of())));
        service = new BroadcastVerticle(
                new Two(),
                0,
                settings,
                () -> new LocalRoomLogs(vertx, () -> 1_000),
                new NoEvents(),
                Memory.ofThisProcess(),
                GatewayMetrics.NONE);
        await(vertx.deployVerticle(service));
        await(Addresses.EDGE.hear(vertx, NODE, 0, message -> {
            if (message instanceof EdgeMessage.Deliver deliver) {
                told.add(deliver.message().message());
            }
        }));
        await(Addresses.PEER.hear(vertx, PEER, 0, message -> {
            if (message instanceof PeerMessage.RosterDelta delta) {
                deltas.add(delta);
            }
        }));
        await(Addresses.SUBSCRIBE.serve(
                vertx, PEER, 0, asked -> Future.succeededFuture(new Roster(PEER, 0, 0, Map.of()))));
    }

    private static final class Two implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return List.of(new NodeRef(PEER, 1));
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void aRoomThatFillsAndEmptiesIsToldOneByOne() {
        join(0, SINGLY);
        leave(1, SINGLY);

        // The first one is told of nobody's coming but the others'; the last leaves nobody to tell.
        assertThat(singles()).isEqualTo(SINGLY + SINGLY - 1);
        sweep();
        assertThat(presences()).isEmpty();
    }

    @Test
    void aStormInASmallRoomIsToldTogetherAndRightInTheEnd() {
        join(0, 10);
        onLoop(() -> {
            for (int i = 0; i < 500; i++) {
                joinNow(10, 11);
                leaveNow(10, 11);
            }
        });
        settle();

        assertThat(singles())
                .isGreaterThanOrEqualTo(BroadcastVerticle.SINGLE_CHANGES_IN_A_BURST)
                .isLessThan(2 * BroadcastVerticle.SINGLE_CHANGES_IN_A_BURST);
        sweep();
        assertThat(presences()).extracting(ServerMessage.Presence::count).containsExactly(10);
    }

    @Test
    void aStormInALargeRoomIsOneFrameAndOneDeltaAtATime() {
        subscribePeer();
        join(0, SINGLY + 1);
        settle();
        forgetAll();

        join(SINGLY + 1, 600);
        leave(300, 600);

        assertThat(singles()).isZero();
        sweep();
        assertThat(presences()).hasSize(1);
        assertThat(presences().get(0).count()).isEqualTo(300);
        assertThat(presences().get(0).members()).hasSize(300);
        awaitDelta();
        assertThat(deltas).hasSize(1);
        assertThat(deltas.get(0).count()).isEqualTo(300);
        assertThat(deltas.get(0).joined()).hasSize(300 - SINGLY - 1);
    }

    @Test
    void theEndOfANodeIsOneFrameHoweverManyItHad() {
        join(0, 3);
        Map<ConnectionId, String> theirs = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            theirs.put(new ConnectionId("their" + i), "user" + i);
        }
        subscribePeer();
        tellNode(new PeerMessage.RosterDelta(PEER, ROOM, 2, theirs.size(), theirs, List.of()));
        settle();
        sweep();
        assertThat(presences()).extracting(ServerMessage.Presence::count).containsExactly(303);
        forgetAll();

        onLoop(() -> service.forget(PEER));

        assertThat(singles()).isZero();
        sweep();
        assertThat(presences()).extracting(ServerMessage.Presence::count).containsExactly(3);
        assertThat(presences().get(0).members()).hasSize(3);
    }

    private void join(int from, int to) {
        onLoop(() -> joinNow(from, to));
        settle();
    }

    private void joinNow(int from, int to) {
        for (int i = from; i < to; i++) {
            service.onJoin(new RoomMessage.Join(
                    ROOM, 0, new ConnectionId("c" + i), String.format("u%05d", i), false, i, null, null, null));
        }
    }

    private void leave(int from, int to) {
        onLoop(() -> leaveNow(from, to));
        settle();
    }

    private void leaveNow(int from, int to) {
        for (int i = from; i < to; i++) {
            service.onLeave(new RoomMessage.Leave(ROOM, 0, new ConnectionId("c" + i)));
        }
    }

    private void subscribePeer() {
        await(Addresses.SUBSCRIBE.ask(vertx, NODE, 0, new Subscribe(PEER, ROOM, true, 1)));
    }

    private void tellNode(PeerMessage message) {
        Addresses.PEER.tell(vertx, Addresses.PEER.address(NODE, 0), message);
    }

    private void awaitDelta() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (onLoopGet(deltas::isEmpty) && System.nanoTime() < deadline) {
            settle();
        }
    }

    private void sweep() {
        onLoop(() -> service.sweep(System.nanoTime()));
        settle();
    }

    private void forgetAll() {
        onLoop(() -> {
            told.clear();
            deltas.clear();
        });
    }

    private long singles() {
        return onLoopGet(() -> told.stream()
                .filter(message -> message instanceof ServerMessage.MemberChange)
                .count());
    }

    private List<ServerMessage.Presence> presences() {
        return onLoopGet(() -> told.stream()
                .filter(message -> message instanceof ServerMessage.Presence)
                .map(message -> (ServerMessage.Presence) message)
                .toList());
    }

    /** What is on its way on this loop has come. */
    private void settle() {
        for (int turn = 0; turn < 5; turn++) {
            onLoop(() -> {});
        }
    }

    private void onLoop(Runnable turn) {
        onLoopGet(() -> {
            turn.run();
            return true;
        });
    }

    private <T> T onLoopGet(Supplier<T> turn) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(there -> done.complete(turn.get()));
        return await(done.future());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
