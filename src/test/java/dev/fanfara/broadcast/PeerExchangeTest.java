package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.Roster;
import dev.fanfara.bus.Subscribe;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.log.LocalRoomLogs;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node's room service; the test plays the other node. Both on one event loop, so that turns can be composed. */
class PeerExchangeTest {
    private static final String NODE = "node";
    private static final String PEER = "peer";
    private static final RoomName ROOM = new RoomName("room");
    private static final long LIMIT = PeerLink.MAX_UNACKNOWLEDGED;
    private static final int LARGE = 64 * 1024;

    private final BlockingQueue<PeerMessage> heard = new LinkedBlockingQueue<>();
    private final AtomicLong unacknowledged = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final GatewayMetrics metrics = new GatewayMetrics() {
        @Override
        public void peerUnacknowledged(int loop, long bytes) {
            unacknowledged.set(bytes);
        }

        @Override
        public void peerDropped() {
            dropped.incrementAndGet();
        }
    };
    private volatile List<NodeRef> peers = List.of(new NodeRef(PEER, 1));
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
                metrics);
        await(vertx.deployVerticle(service));
        await(Addresses.PEER.hear(vertx, PEER, 0, heard::add));
        await(Addresses.SUBSCRIBE.serve(
                vertx, PEER, 0, asked -> Future.succeededFuture(new Roster(PEER, 0, 0, Map.of()))));
    }

    private final class Two implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return peers;
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    // Interest

    @Test
    void aSubscriptionThatOvertookTheFirstListOfRoomsStays() {
        subscribe();
        listRooms();

        publish("a");

        assertThat(nextTexts()).containsExactly("a");
    }

    @Test
    void aLaterListTakesAwayWhatItDoesNotName() {
        listRooms(ROOM);
        listRooms();
        publish("a");
        subscribe();
        publish("b");

        assertThat(nextTexts()).containsExactly("b");
    }

    @Test
    void digestsFollowRoomsThatOpenAndClose() {
        assertThat(digest().rooms()).isZero();

        ConnectionId alice = new ConnectionId("alice");
        onLoop(() -> service.onJoin(new RoomMessage.Join(ROOM, 0, alice, "alice", false, 1, null, null, null)));
        assertThat(digest()).extracting(PeerMessage.Digest::rooms).isEqualTo(1);
        assertThat(digest().hash()).isNotZero();

        onLoop(() -> service.onLeave(new RoomMessage.Leave(ROOM, 0, alice)));
        onLoop(() -> service.sweep(System.nanoTime() + TimeUnit.MINUTES.toNanos(1)));
        assertThat(digest().rooms()).isZero();
        assertThat(digest().hash()).isZero();
    }

    // Forwarding

    @Test
    void whatIsTakenInOneTurnIsOneMessageInOrder() {
        subscribe();

        onLoop(() -> List.of("a", "b", "c").forEach(this::publishNow));

        assertThat(nextTexts()).containsExactly("a", "b", "c");
    }

    @Test
    void aTurnThatTakesMuchIsSeveralMessages() {
        subscribe();
        String large = "x".repeat(40 * 1024);

        onLoop(() -> List.of(large, large, "c").forEach(this::publishNow));

        assertThat(nextTexts()).hasSize(2);
        assertThat(nextTexts()).containsExactly("c");
    }

    @Test
    void nothingOvertakesAPublication() {
        subscribe();
        onLoop(() -> {
            publishNow("last words");
            service.sayGoodbye();
        });

        assertThat(nextTexts()).containsExactly("last words");
        assertThat(next(PeerMessage.Goodbye.class).node()).isEqualTo(NODE);
    }

    // Falling behind

    @Test
    void aNodeThatAcknowledgesNothingIsOwedNoMoreThanTheLimit() {
        subscribe();

        publishLarge(400);

        int forwarded = 0;
        for (PeerMessage message : List.copyOf(heard)) {
            forwarded += message instanceof PeerMessage.Publications batch
                    ? batch.publications().size()
                    : 0;
        }
        assertThat((long) forwarded * LARGE).isBetween(LIMIT * 9 / 10, LIMIT);
        assertThat(dropped).hasValue(400 - forwarded);
        assertThat(unacknowledged.get()).isBetween(LIMIT, LIMIT + 2 * LARGE);
    }

    @Test
    void aNodeThatIsTooFarBehindIsNotToldWhoComesButIsGivenTheChanceToAsk() {
        subscribe();
        publishLarge(400);
        heard.clear();
        long before = dropped.get();

        onLoop(() -> service.onJoin(
                new RoomMessage.Join(ROOM, 0, new ConnectionId("alice"), "alice", false, 1, null, null, null)));
        onLoop(() -> {});

        long version = digest().rosters().getOrDefault(ROOM, 0L);
        assertThat(heard).noneMatch(message -> message instanceof PeerMessage.RosterDelta);
        assertThat(dropped.get()).isGreaterThan(before);
        Subscribe asks = new Subscribe(PEER, ROOM, false, 1);
        Roster roster = await(Addresses.SUBSCRIBE.ask(vertx, NODE, 0, asks));
        assertThat(roster.version()).isEqualTo(version).isPositive();
        assertThat(roster.members()).containsOnlyKeys(new ConnectionId("alice"));
    }

    @Test
    void whoComesAndGoesIsAcknowledgedLikePublications() {
        subscribe();

        onLoop(() -> service.onJoin(
                new RoomMessage.Join(ROOM, 0, new ConnectionId("alice"), "alice", false, 1, null, null, null)));

        next(PeerMessage.RosterDelta.class);
        PeerMessage.Publications question = next(PeerMessage.Publications.class);
        assertThat(question.publications()).isEmpty();
        assertThat(unacknowledged.get()).isPositive();
        acknowledge(question.position());
        awaitOwed(0);
    }

    @Test
    void aNodeThatAcknowledgesGetsPublicationsAgain() {
        subscribe();
        publishLarge(400);
        long last = 0;
        while (heard.peek() != null) {
            last = heard.remove() instanceof PeerMessage.Publications batch ? batch.position() : last;
        }

        // Some before it may be lost.
        acknowledge(last);
        publish("again");

        assertThat(nextTexts()).containsExactly("again");
    }

    @Test
    void aNodeIsAskedForAnAcknowledgementThatWasLost() {
        subscribe();
        publishLarge(400);
        heard.clear();

        PeerMessage.Publications question = next(PeerMessage.Publications.class);
        assertThat(question.publications()).isEmpty();
        acknowledge(question.position());
        publish("again");

        assertThat(nextTexts()).containsExactly("again");
    }

    @Test
    void aNodeThatIsGoneOwesNothingAndBeginsAnewWhenItIsBack() {
        subscribe();
        publish("a");
        long before = next(PeerMessage.Publications.class).position();
        List<NodeRef> present = peers;

        peers = List.of();
        onLoop(() -> service.forget(PEER));
        publish("nobody hears it");
        awaitOwed(0);
        peers = present;
        subscribe();
        publish("b");

        PeerMessage.Publications again = next(PeerMessage.Publications.class);
        assertThat(again.position()).isGreaterThan(before);
        acknowledge(again.position());
        awaitOwed(0);
    }

    @Test
    void aNodeIsToldHowFarItsPublicationsHaveCome() {
        receive(5_000);
        assertThat(next(PeerMessage.Received.class)).isEqualTo(new PeerMessage.Received(NODE, 0, 5_000));

        // From a connection that was given up.
        receive(4_000);
        assertThat(next(PeerMessage.Received.class).position()).isEqualTo(5_000);
    }

    @Test
    void manyMessagesAreAcknowledgedTogether() {
        for (int position = 1; position <= 100; position++) {
            receive(position * 1_000);
        }

        assertThat(next(PeerMessage.Received.class).position()).isEqualTo(100_000);
    }

    /** A connection that a partition froze may bring its publications when those of the next one have come. */
    @Test
    void whatWasHeldBackIsNotSaidAfterWhatCameLater() {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        await(Addresses.EDGE.hear(vertx, NODE, 0, message -> {
            if (message instanceof EdgeMessage.Deliver deliver
                    && deliver.message().message() instanceof ServerMessage.Message heard) {
                said.add(new String(heard.payload().json(), StandardCharsets.UTF_8));
            }
        }));
        ConnectionId alice = new ConnectionId("alice");
        onLoop(() -> service.onJoin(new RoomMessage.Join(ROOM, 0, alice, "alice", false, 1, null, null, null)));

        receive(5_000, "second");
        receive(4_000, "first");
        receive(6_000, "third");

        assertThat(List.of(take(said), take(said))).containsExactly("\"second\"", "\"third\"");
    }

    private static String take(BlockingQueue<String> said) {
        try {
            return Objects.requireNonNull(said.poll(10, TimeUnit.SECONDS), "nothing more was said");
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private void receive(long position) {
        receive(position, "a");
    }

    private void receive(long position, String text) {
        Forwarded publication = new Forwarded(ROOM, null, payload(text), 0, null);
        tellNode(new PeerMessage.Publications(PEER, 0, position, List.of(publication)));
    }

    private void acknowledge(long position) {
        tellNode(new PeerMessage.Received(PEER, 0, position));
    }

    private void tellNode(PeerMessage message) {
        Addresses.PEER.tell(vertx, Addresses.PEER.address(NODE, 0), message);
    }

    private void subscribe() {
        await(Addresses.SUBSCRIBE.ask(vertx, NODE, 0, new Subscribe(PEER, ROOM, true, 1)));
    }

    private void listRooms(RoomName... rooms) {
        tellNode(new PeerMessage.Interests(PEER, 0, List.of(rooms), false));
    }

    private PeerMessage.Digest digest() {
        onLoop(service.peers::sendDigests);
        return next(PeerMessage.Digest.class);
    }

    private void publish(String text) {
        PublishRequest request = new PublishRequest(ROOM, null, payload(text), null, System.nanoTime());
        await(Addresses.PUBLISH.ask(vertx, NODE, 0, request));
    }

    /** In this turn of the loop. */
    private void publishNow(String text) {
        service.onPublish(new RoomMessage.Publish(
                ROOM, 0, new ConnectionId("alice"), "alice", payload(text), null, true, null, System.nanoTime()));
    }

    private void publishLarge(int times) {
        String large = "x".repeat(LARGE);
        onLoop(() -> {
            for (int i = 0; i < times; i++) {
                publishNow(large);
            }
        });
        // Behind the end of that turn.
        onLoop(() -> {});
    }

    private static Payload payload(String text) {
        return new Payload(Payload.Kind.TEXT, ('"' + text + '"').getBytes(StandardCharsets.UTF_8));
    }

    private void awaitOwed(long bytes) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (unacknowledged.get() != bytes && System.nanoTime() < deadline) {
            onLoop(() -> {});
        }
        assertThat(unacknowledged).hasValue(bytes);
    }

    private List<String> nextTexts() {
        return next(PeerMessage.Publications.class).publications().stream()
                .map(each -> new String(each.payload().json(), StandardCharsets.UTF_8).replace("\"", ""))
                .toList();
    }

    /** Others before it are passed over. */
    private <M extends PeerMessage> M next(Class<M> kind) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                PeerMessage message = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (message == null) {
                    throw new AssertionError("heard no " + kind.getSimpleName());
                }
                if (kind.isInstance(message)) {
                    return kind.cast(message);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        }
    }

    private void onLoop(Runnable turn) {
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(there -> {
            turn.run();
            done.complete();
        });
        await(done.future());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
