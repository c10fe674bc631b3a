package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Setting;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of a connection whose client is cut off; the test plays the room service, and knows what the client had. */
class RecoverableTest {
    private static final String NODE = "node";
    private static final String KEY = "key";
    private static final RoomName A = new RoomName("log:a");
    private static final RoomName B = new RoomName("log:b");
    private static final RoomName C = new RoomName("log:c");
    private static final int LOST = 1006;

    private final BlockingQueue<RoomMessage> toRoom = new LinkedBlockingQueue<>();
    /** How far each room has come. */
    private final Map<RoomName, Long> heads = new HashMap<>();

    private Vertx vertx;
    private Sessions sessions;
    private ConnectionVerticle edge;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        GatewayConfig config = new ConfigSource(
                        null,
                        Map.of(),
                        List.of(
                                new Setting("rooms", "[{\"match\":\"**\",\"mode\":\"log\"}]", "--set"),
                                new Setting("limits.messages", "100000/1m", "--set"),
                                new Setting("socketio.recovery", "2m", "--set")))
                .load()
                .config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        LiveSettings settings = new LiveSettings(new Settings(config, "hash", tokens, new ApiKeys(List.of())));
        sessions = new Sessions(new Alone(), new LocalSessions());
        edge = new ConnectionVerticle(
                new Alone(),
                0,
                settings,
                new RoomsPerUser(),
                new OutboundPerNode(1),
                Memory.ofThisProcess(),
                GatewayMetrics.NONE,
                new Hooks(vertx, settings, GatewayMetrics.NONE, NODE),
                sessions,
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

    /**
     * Whatever happens to a client, and wherever it is cut off: what is kept tells exactly how far it came, or nothing. Each
     * history is kept once, and looked at from every place where its client may have been cut off.
     */
    @Test
    void whatIsKeptNeverTellsWrongAndMostlyTells() {
        int told = 0;
        int all = 0;
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            RecordingWire wire = open();
            join(wire, A);
            join(wire, B);
            answerPing(wire);
            int had = frames(wire).size();
            for (int turn = 1 + random.nextInt(12); turn > 0; turn--) {
                had = Math.max(had, anyTurn(wire, random));
            }
            onLoop(() -> wire.connection().onClosed(LOST));
            Optional<SavedSession> saved = take();

            List<Frame> frames = frames(wire);
            for (int cut = had; cut <= frames.size(); cut++) {
                all++;
                String what = "seed " + seed + ", cut at " + cut + " of " + frames;
                boolean goesOn = check(frames.subList(0, cut), saved, what);
                boolean lostMore = frames.subList(cut, frames.size()).stream().anyMatch(Frame::isPrivate);
                assertThat(goesOn && lostMore).as(what).isFalse();
                told += goesOn ? 1 : 0;
            }
        }
        assertThat(told).isGreaterThan(all / 3);
    }

    /** @return how many frames its client surely had at its end */
    private int anyTurn(RecordingWire wire, Random random) {
        List<Runnable> turn = new ArrayList<>();
        int[] had = new int[1];
        for (int i = random.nextInt(6); i >= 0; i--) {
            RoomName room = List.of(A, B, C).get(random.nextInt(3));
            switch (random.nextInt(30)) {
                case 0 ->
                    turn.add(() -> edge.memberships()
                            .onReply(new EdgeMessage.Reply(
                                    room,
                                    wire.connection().id(),
                                    new ServerMessage.Ack(new CommandId("1"), room, null, false, null))));
                case 1 -> turn.add(() -> toggle(wire, room));
                case 2 -> turn.add(() -> announce(wire.connection().id().value()));
                case 3 -> turn.add(() -> wire.connection().pinged());
                default -> turn.add(() -> say(room));
            }
        }
        if (random.nextInt(5) == 0) {
            // A ping is answered when all that was written before it has come.
            turn.add(() -> {
                wire.connection().pinged();
                had[0] = frames(wire).size();
                wire.connection().answeredPing();
            });
        }
        onLoop(() -> turn.forEach(Runnable::run));
        return had[0];
    }

    /** Joins the room, or leaves it. */
    private void toggle(RecordingWire wire, RoomName room) {
        if (wire.connection().membership(room) == null) {
            command(wire, "{'type':'join','room':'" + room.name() + "'}");
            letIn(wire.connection().id(), room, ticket(wire, room));
        } else {
            command(wire, "{'type':'leave','room':'" + room.name() + "'}");
        }
    }

    /** @return whether it was told how to go on */
    private boolean check(List<Frame> had, Optional<SavedSession> saved, String what) {
        String last = null;
        Map<RoomName, Position> places = new LinkedHashMap<>();
        for (Frame frame : had) {
            if (frame.joined() != null) {
                places.put(frame.joined().getKey(), frame.joined().getValue());
            } else if (frame.left() != null) {
                places.remove(frame.left());
            } else if (frame.word() != null) {
                last = frame.word();
                int dot = last.lastIndexOf('.');
                RoomName room = new RoomName(last.substring(0, dot));
                places.replace(room, new Position(room.name(), Long.parseLong(last.substring(dot + 1))));
            }
        }
        Optional<List<Position>> since =
                saved.isEmpty() ? Optional.empty() : saved.get().after(last);
        since.ifPresent(found -> {
            Map<RoomName, Position> goesOn = new LinkedHashMap<>();
            for (int i = 0; i < found.size(); i++) {
                goesOn.put(saved.get().rooms().get(i).room(), found.get(i));
            }
            assertThat(goesOn).as(what).isEqualTo(places);
        });
        return since.isPresent();
    }

    @Test
    void aPublicationThatWasNotHadIsMissed() {
        RecordingWire wire = open();
        join(wire, A);
        join(wire, B);
        onLoop(() -> say(A));
        onLoop(() -> say(B));
        onLoop(() -> wire.connection().onClosed(LOST));

        SavedSession saved = take().orElseThrow();

        assertThat(saved.connection()).isEqualTo(wire.connection().id());
        assertThat(saved.after("log:b.1")).contains(List.of(new Position("log:a", 1), new Position("log:b", 1)));
        assertThat(saved.after("log:a.1")).contains(List.of(new Position("log:a", 1), new Position("log:b", 0)));
        // Nobody knows whether it had the answer to its second join.
        assertThat(saved.after(null)).isEmpty();
    }

    @Test
    void aPrivateMessageThatMayNotHaveComeIsNotPassedOver() {
        RecordingWire wire = open();
        join(wire, A);
        onLoop(() -> say(A));
        assertThat(await(announce(wire.connection().id().value()))).isEqualTo(1);
        onLoop(() -> wire.connection().onClosed(LOST));

        assertThat(take().orElseThrow().after("log:a.1")).isEmpty();
    }

    @Test
    void aPrivateMessageThatWasHadIsInNobodysWay() {
        RecordingWire wire = open();
        join(wire, A);
        onLoop(() -> say(A));
        assertThat(await(announce(wire.connection().id().value()))).isEqualTo(1);
        answerPing(wire);
        onLoop(() -> wire.connection().onClosed(LOST));

        assertThat(take().orElseThrow().after("log:a.1")).contains(List.of(new Position("log:a", 1)));
    }

    @Test
    void whoMissedAnAnnouncementIsNotRecovered() {
        RecordingWire wire = open();
        join(wire, A);
        SavedSession absent = new SavedSession(
                wire.connection().id(),
                "ann",
                System.currentTimeMillis() + 10_000,
                List.of(),
                List.of(),
                SavedSession.Beginning.ANYTHING);
        assertThat(edge.missedAnnouncement(absent)).isFalse();
        SavedSession before =
                new SavedSession(absent.connection(), "ann", 0, List.of(), List.of(), SavedSession.Beginning.ANYTHING);

        // What was said before this loop was there is not known.
        assertThat(edge.missedAnnouncement(before)).isTrue();
    }

    @Test
    void nothingIsKeptOfWhoeverSaidGoodbyeWasSentAwayOrIsInARoomWithoutPlaces() {
        for (Function<RecordingWire, Runnable> end : List.<Function<RecordingWire, Runnable>>of(
                wire -> () -> wire.connection().onGoodbye(),
                wire -> () -> wire.connection().close(CloseReason.DISCONNECTED),
                wire -> () -> wire.connection().close(CloseReason.TOKEN_REVOKED),
                wire -> () -> wire.connection().close(CloseReason.TOKEN_EXPIRED),
                wire -> () -> wire.connection().close(CloseReason.SLOW_CONSUMER),
                wire -> () -> {
                    command(wire, "{'type':'join','room':'plain'}");
                    RoomName plain = new RoomName("plain");
                    edge.memberships()
                            .onJoined(new EdgeMessage.Joined(
                                    plain, wire.connection().id(), ticket(wire, plain), 1, null));
                    wire.connection().onClosed(LOST);
                })) {
            RecordingWire wire = open();
            join(wire, A);
            answerPing(wire);
            onLoop(end.apply(wire));

            assertThat(take()).isEmpty();
        }
    }

    @Test
    void aDrainKeepsWhatItEnds() {
        RecordingWire wire = open();
        join(wire, A);
        onLoop(() -> say(A));
        onLoop(() -> wire.connection().close(CloseReason.SHUTTING_DOWN));

        assertThat(take().orElseThrow().after("log:a.1")).isPresent();
    }

    @Test
    void aSessionThatIsStillAliveIsHandedOver() {
        RecordingWire wire = open();
        join(wire, A);
        onLoop(() -> say(A));

        assertThat(take().orElseThrow().after("log:a.1")).isPresent();
        assertThat(wire.closed).isEqualTo(CloseReason.HEARTBEAT_TIMEOUT);
        assertThat(take()).isEmpty();
    }

    @Test
    void whoComesBackHearsWhatItMissedAndThenWhatIsSaid() {
        SavedSession saved = cutOffAt(A, 3);
        RecordingWire wire = reopen(saved.connection());
        Future<Boolean> recovered = recover(wire, saved, "log:a.1");
        RoomMessage.Join join = nextJoin();
        assertThat(join.since()).isEqualTo(new Position("log:a", 1));
        onLoop(() -> {
            edge.memberships()
                    .onJoined(new EdgeMessage.Joined(
                            A, join.connection(), join.ticket(), 1, entrance(A, 3, true, missed(A, 2, 3))));
            edge.memberships().onDeliver(said(A, 4));
        });

        assertThat(await(recovered)).isTrue();
        assertThat(frames(wire)).extracting(Frame::word).containsExactly("log:a.2", "log:a.3", "log:a.4");

        // And once more, at once: its last place may be the last that was replayed, or what came after it.
        onLoop(() -> wire.connection().onClosed(LOST));
        SavedSession again = take().orElseThrow();
        assertThat(again.after("log:a.3")).contains(List.of(new Position("log:a", 3)));
        assertThat(again.after("log:a.4")).contains(List.of(new Position("log:a", 4)));
        assertThat(again.after("log:a.2")).isEmpty();
    }

    @Test
    void aRoomThatCannotGoOnEndsTheAttempt() {
        for (Entrance no : new Entrance[] {
            null,
            entrance(A, 9, false, List.of()),
            new Entrance(5, new Position("log:a", 9), true, SharedEnding.NOTHING)
        }) {
            SavedSession saved = cutOffAt(A, 3);
            RecordingWire wire = reopen(saved.connection());
            Future<Boolean> recovered = recover(wire, saved, "log:a.1");
            RoomMessage.Join join = nextJoin();
            onLoop(() ->
                    edge.memberships().onJoined(new EdgeMessage.Joined(A, join.connection(), join.ticket(), 1, no)));

            assertThat(await(recovered)).isFalse();
            onLoop(() -> wire.connection().giveUp());
            assertThat(take()).isEmpty();
        }
    }

    @Test
    void aPlaceOfAnEarlierSessionIsNotTakenForOneOfThis() {
        RecordingWire wire = open();
        onLoop(() -> wire.connection().hadBefore("log:a.2"));
        // This node knows less of the room than the one the client comes from.
        join(wire, A);
        join(wire, B);
        answerPing(wire);
        for (RoomName room : List.of(A, B, A, B, A)) {
            onLoop(() -> say(room));
        }
        onLoop(() -> wire.connection().onClosed(LOST));

        SavedSession saved = take().orElseThrow();
        assertThat(saved.after("log:a.2")).isEmpty();
        assertThat(saved.after("log:b.1")).isEmpty();
        assertThat(saved.after("log:b.2")).contains(List.of(new Position("log:a", 2), new Position("log:b", 2)));
        assertThat(saved.after("log:a.3")).contains(List.of(new Position("log:a", 3), new Position("log:b", 2)));
    }

    @Test
    void whoIsCutOffWhileItComesBackMayComeBackAgain() {
        SavedSession saved = cutOffAt(A, 3);
        RecordingWire wire = reopen(saved.connection());
        Future<Boolean> recovered = recover(wire, saved, "log:a.1");
        nextJoin();
        onLoop(() -> wire.connection().onClosed(LOST));

        assertThat(recovered.failed()).isTrue();
        assertThat(take()).contains(saved);
    }

    /** It was told so much of a room. */
    private SavedSession cutOffAt(RoomName room, int offset) {
        heads.remove(room);
        RecordingWire wire = open();
        join(wire, room);
        for (int i = 0; i < offset; i++) {
            onLoop(() -> say(room));
        }
        onLoop(() -> wire.connection().onClosed(LOST));
        return take().orElseThrow();
    }

    private Future<Boolean> recover(RecordingWire wire, SavedSession saved, String said) {
        CompletableFuture<Future<Boolean>> begun = new CompletableFuture<>();
        onLoop(() -> begun.complete(
                wire.connection().recover(saved, saved.after(said).orElseThrow(), said)));
        return begun.join();
    }

    private static List<ServerMessage> missed(RoomName room, int from, int to) {
        List<ServerMessage> missed = new ArrayList<>();
        for (int offset = from; offset <= to; offset++) {
            missed.add(message(room, offset));
        }
        return missed;
    }

    private static Entrance entrance(RoomName room, long offset, boolean recovered, List<ServerMessage> missed) {
        return new Entrance(
                Channel.EVERY_FRAME, new Position(room.name(), offset), recovered, new SharedEnding(missed, null));
    }

    private RecordingWire open() {
        return reopen(ConnectionId.random());
    }

    private RecordingWire reopen(ConnectionId id) {
        RecordingWire wire = new RecordingWire(WireFormat.recoverableSocketIo(RoomName.MAIN));
        Identity ann = Identity.anonymous("ann", false);
        onLoop(() -> wire.serves(edge.open(wire, id, ann, "192.0.2.1", KEY, () -> {})));
        return wire;
    }

    private void join(RecordingWire wire, RoomName room) {
        onLoop(() -> {
            command(wire, "{'type':'join','room':'" + room.name() + "'}");
            letIn(wire.connection().id(), room, ticket(wire, room));
        });
    }

    private static long ticket(RecordingWire wire, RoomName room) {
        return Objects.requireNonNull(wire.connection().membership(room)).ticket;
    }

    private void letIn(ConnectionId connection, RoomName room, long ticket) {
        Position at = new Position(room.name(), heads.getOrDefault(room, 0L));
        edge.memberships()
                .onJoined(new EdgeMessage.Joined(
                        room,
                        connection,
                        ticket,
                        1,
                        new Entrance(Channel.EVERY_FRAME, at, null, SharedEnding.NOTHING)));
    }

    private void say(RoomName room) {
        edge.memberships().onDeliver(said(room, heads.merge(room, 1L, Long::sum)));
    }

    private static EdgeMessage.Deliver said(RoomName room, long offset) {
        return new EdgeMessage.Deliver(
                Channel.everyFrame(room), new SharedMessage(message(room, offset), System.nanoTime()), null);
    }

    private static ServerMessage message(RoomName room, long offset) {
        byte[] data = ("{\"n\":" + offset + "}").getBytes(StandardCharsets.UTF_8);
        return new ServerMessage.Message(room, null, new Payload(Payload.Kind.DATA, data), 0, offset);
    }

    private Future<Integer> announce(String to) {
        Payload payload = new Payload(Payload.Kind.TEXT, "\"psst\"".getBytes(StandardCharsets.UTF_8));
        return Addresses.ANNOUNCE.ask(vertx, NODE, 0, new Announcement(to, "bob", null, payload, 0));
    }

    private void answerPing(RecordingWire wire) {
        onLoop(() -> {
            wire.connection().pinged();
            wire.connection().answeredPing();
        });
    }

    private static void command(RecordingWire wire, String json) {
        wire.connection().onText(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private RoomMessage.Join nextJoin() {
        try {
            while (true) {
                RoomMessage message = toRoom.poll(10, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("nobody joins");
                }
                if (message instanceof RoomMessage.Join join && join.since() != null) {
                    return join;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private Optional<SavedSession> take() {
        CompletableFuture<Future<Optional<SavedSession>>> asked = new CompletableFuture<>();
        onLoop(() -> asked.complete(sessions.take(vertx, KEY)));
        return await(asked.join());
    }

    /** What one packet says of where its client is. */
    private record Frame(
            Map.@Nullable Entry<RoomName, Position> joined,
            @Nullable RoomName left,
            @Nullable String word,
            boolean isPrivate) {}

    private static List<Frame> frames(RecordingWire wire) {
        List<Frame> frames = new ArrayList<>();
        for (String packet : wire.packets()) {
            frames.add(frame(packet));
        }
        return frames;
    }

    private static Frame frame(String packet) {
        Matcher joined = Pattern.compile("\\[\"joined\",\\{\"room\":\"([^\"]+)\".*\"offset\":(\\d+)")
                .matcher(packet);
        Matcher left = Pattern.compile("\\[\"left\",\\{\"room\":\"([^\"]+)\"").matcher(packet);
        Matcher word = Pattern.compile("\\},\"([^\"]+)\"\\]$").matcher(packet);
        if (joined.find()) {
            RoomName room = new RoomName(joined.group(1));
            return new Frame(
                    Map.entry(room, new Position(room.name(), Long.parseLong(joined.group(2)))), null, null, false);
        }
        if (left.find()) {
            return new Frame(null, new RoomName(left.group(1)), null, false);
        }
        return new Frame(null, null, word.find() ? word.group(1) : null, packet.startsWith("42[\"private-message\""));
    }

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

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
