package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
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
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Members that are not served for a while: paused, between two rates, or too slow. The test plays the room service and
 * looks at what each wire was given.
 */
class MembershipsTest {
    private static final RoomName STATE = new RoomName("state:room");
    private static final RoomName LOG = new RoomName("log:room");
    private static final RoomName PLAIN = new RoomName("room");
    private static final String NODE = "node";
    private static final String EPOCH = "epoch";
    private static final int RATE = 5;
    private static final int BEHIND = 300 * 1024;

    private static final String RULES = """
            [{"match": "log:*", "mode": "log"}, {"match": "state:*", "mode": "state"}, {"match": "**", "mode": "plain"}]
            """;

    private final BlockingQueue<RoomMessage> toRoom = new LinkedBlockingQueue<>();
    private final AtomicInteger sent = new AtomicInteger();
    private Vertx vertx;
    private LiveSettings settings;
    private ConnectionVerticle edge;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        settings = new LiveSettings(settings(RULES));
        GatewayMetrics metrics = new GatewayMetrics() {
            @Override
            public void sent(int messages) {
                assertThat(messages).isNotNegative();
                sent.addAndGet(messages);
            }
        };
        edge = new ConnectionVerticle(
                new Alone(),
                0,
                settings,
                new RoomsPerUser(),
                new OutboundPerNode(1),
                Memory.ofThisProcess(),
                metrics,
                new Hooks(vertx, settings, metrics, NODE),
                new Sessions(new Alone(), new LocalSessions()),
                "test");
        await(vertx.deployVerticle(edge));
        await(Addresses.ROOM.hear(vertx, NODE, 0, toRoom::add));
    }

    private Settings settings(String rules) {
        GatewayConfig config = new ConfigSource(
                        null,
                        Map.of(),
                        List.of(
                                new Setting("rooms", rules, "--set"),
                                new Setting("limits.messages", "100000/1m", "--set")))
                .load()
                .config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        return new Settings(config, "hash", tokens, new ApiKeys(List.of()));
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

    // Too slow

    @Test
    void aSlowMemberOfAStateRoomIsToldSoAndGetsNoPatches() {
        RecordingWire alice = joined();
        RecordingWire bob = joined();
        alice.pending = BEHIND;

        onLoop(() -> deliver(patch(1)));
        onLoop(() -> deliver(patch(2)));

        assertThat(alice.types()).containsExactly("degraded");
        assertThat(alice.messages().get(0).getString("reason")).isEqualTo("slow");
        assertThat(alice.closed).isNull();
        assertThat(offsets(bob)).containsExactly(1L, 2L);
    }

    @Test
    void whoHasCaughtUpAsksOnceAndIsServedAgain() {
        RecordingWire alice = joined();
        onLoop(() -> deliver(patch(1)));
        alice.pending = BEHIND;
        onLoop(() -> {
            deliver(patch(2));
            deliver(patch(3));
        });
        review();
        assertThat(toRoom).isEmpty();

        alice.pending = 0;
        review();
        review();
        RoomMessage.Refresh refresh = next(RoomMessage.Refresh.class);
        assertThat(refresh.at()).isEqualTo(at(1));
        assertThat(refresh.whole()).isFalse();
        assertThat(refresh.maxRate()).isNull();
        alice.forget();
        onLoop(() -> {
            deliver(patch(4));
            refreshed(refresh, Channel.EVERY_FRAME, merged(1, 4));
            deliver(patch(5));
        });

        assertThat(offsets(alice)).containsExactly(4L, 5L);
        assertThat(toRoom).isEmpty();
    }

    @Test
    void acksOfASlowMemberWaitForWhatItMissed() {
        RecordingWire alice = slow();
        onLoop(() -> reply(alice, ack("1", 2)));
        assertThat(alice.types()).isEmpty();

        RoomMessage.Refresh refresh = caughtUp(alice);
        onLoop(() -> reply(alice, ack("2", 3)));
        assertThat(alice.types()).isEmpty();
        onLoop(() -> refreshed(refresh, Channel.EVERY_FRAME, merged(0, 3)));
        onLoop(() -> reply(alice, ack("3", 4)));

        assertThat(alice.types()).containsExactly("patch", "ack", "ack", "ack");
        assertThat(alice.messages().stream().map(ack -> ack.getLong("offset"))).containsExactly(3L, 2L, 3L, 4L);
    }

    @Test
    void whatIsNoAckDoesNotWait() {
        RecordingWire alice = slow();

        onLoop(() -> reply(alice, new ServerMessage.Presence(null, STATE, 1, null)));

        assertThat(alice.types()).containsExactly("presence");
    }

    @Test
    void whoKeepsUpForASecondIsRestoredAndLearnsHowMuchItSkipped() {
        RecordingWire alice = slow();
        RoomMessage.Refresh refresh = caughtUp(alice);
        onLoop(() -> refreshed(refresh, Channel.EVERY_FRAME, merged(0, 4)));
        alice.forget();

        onLoop(() -> edge.memberships().review(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500)));
        assertThat(alice.types()).isEmpty();
        onLoop(() -> edge.memberships().review(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500)));
        onLoop(() -> edge.memberships().review(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3_000)));

        assertThat(alice.types()).containsExactly("restored");
        assertThat(alice.messages().get(0).getLong("skipped")).isEqualTo(3);
    }

    @Test
    void whatAStateReplacedWasSkippedToo() {
        RecordingWire alice = slow();
        RoomMessage.Refresh refresh = caughtUp(alice);
        onLoop(() -> refreshed(refresh, Channel.EVERY_FRAME, state(6)));
        alice.forget();

        onLoop(() -> edge.memberships().review(System.nanoTime() + TimeUnit.SECONDS.toNanos(2)));

        assertThat(alice.messages().get(0).getLong("skipped")).isEqualTo(6);
    }

    @Test
    void whoIsSlowAgainIsNotToldTwice() {
        RecordingWire alice = slow();
        RoomMessage.Refresh refresh = caughtUp(alice);
        onLoop(() -> refreshed(refresh, Channel.EVERY_FRAME, merged(0, 4)));
        alice.forget();

        alice.pending = BEHIND;
        onLoop(() -> deliver(patch(5)));
        onLoop(() -> edge.memberships().review(System.nanoTime() + TimeUnit.SECONDS.toNanos(2)));
        assertThat(alice.types()).isEmpty();
        RoomMessage.Refresh again = caughtUp(alice);

        assertThat(again.at()).isEqualTo(at(4));
    }

    @Test
    void aSlowMemberThatPublishesAndNeverReadsIsClosed() {
        RecordingWire alice = slow();

        onLoop(() -> {
            for (int i = 0; i <= 1_000; i++) {
                reply(alice, ack("1", 2));
            }
        });

        assertThat(alice.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
        assertNothingLeft(alice);
    }

    @Test
    void aSlowMemberOfALogRoomIsClosed() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'log:room'}");
        onLoop(() -> edge.memberships()
                .onJoined(new EdgeMessage.Joined(
                        LOG,
                        join.connection(),
                        join.ticket(),
                        1,
                        new Entrance(Channel.EVERY_FRAME, at(0), null, SharedEnding.NOTHING))));
        alice.forget();
        alice.pending = 2 * 1024 * 1024;

        onLoop(() -> edge.memberships()
                .onDeliver(new EdgeMessage.Deliver(
                        Channel.everyFrame(LOG),
                        new SharedMessage(new ServerMessage.Message(LOG, null, object("{}"), 0, 1), 0),
                        null)));

        assertThat(alice.types()).isEmpty();
        assertThat(alice.closed).isEqualTo(CloseReason.SLOW_CONSUMER);
        assertNothingLeft(alice);
    }

    @Test
    void whoIsBehindAndLeavesGetsItsAcksAndLeavesNothing() {
        RecordingWire alice = slow();
        onLoop(() -> reply(alice, ack("1", 2)));

        onLoop(() -> alice.connection().onText(json("{'type':'leave'}")));

        assertThat(alice.types()).containsExactly("ack", "left");
        assertNothingLeft(alice);
    }

    @Test
    void whoIsBehindAndGoesLeavesNothing() {
        RecordingWire alice = slow();

        onLoop(() -> alice.connection().onClosed(1006));

        assertNothingLeft(alice);
    }

    // Rates

    @Test
    void whoJoinsPausedGetsTheStateAndNothingElse() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'state:room','maxRate':0}");
        assertThat(join.maxRate()).isZero();

        onLoop(() -> joined(join, Channel.PAUSED, 0));
        onLoop(() -> deliver(patch(1)));

        assertThat(alice.types()).containsExactly("joined");
        assertThat(alice.messages().get(0).getJsonObject("state")).isEqualTo(new JsonObject());
        onLoop(() -> alice.connection().onClosed(1006));
        assertNothingLeft(alice);
    }

    @Test
    void aMemberGetsTheFramesOfItsRate() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'state:room','maxRate':5}");
        onLoop(() -> joined(join, RATE, 0));
        alice.forget();

        onLoop(() -> {
            deliver(patch(1));
            deliver(patch(2));
            edge.memberships().onDeliver(new EdgeMessage.Deliver(new Channel(STATE, RATE), merged(0, 2), null));
        });

        assertThat(offsets(alice)).containsExactly(2L);
    }

    @Test
    void updateMovesAMemberInOrder() {
        RecordingWire alice = joined();
        onLoop(() -> {
            deliver(patch(1));
            update(alice, 1, RATE);
            deliver(patch(2));
        });
        RoomMessage.Refresh refresh = next(RoomMessage.Refresh.class);
        assertThat(refresh.at()).isEqualTo(at(1));
        assertThat(refresh.maxRate()).isEqualTo(RATE);
        assertThat(offsets(alice)).containsExactly(1L);

        onLoop(() -> {
            refreshed(refresh, RATE, patch(2));
            deliver(patch(3));
            edge.memberships().onDeliver(new EdgeMessage.Deliver(new Channel(STATE, RATE), merged(1, 3), null));
        });

        assertThat(alice.types()).containsExactly("patch", "updated", "patch", "patch");
        assertThat(offsets(alice)).containsExactly(1L, 2L, 3L);
        assertThat(alice.messages().get(1).getInteger("maxRate")).isEqualTo(RATE);
        onLoop(() -> alice.connection().onText(json("{'type':'leave'}")));
        assertNothingLeft(alice);
    }

    @Test
    void theAnswerToTheLastUpdateCountsAndAnswersAll() {
        RecordingWire alice = joined();
        onLoop(() -> {
            update(alice, 1, RATE);
            update(alice, 2, 9);
        });
        RoomMessage.Refresh first = next(RoomMessage.Refresh.class);
        RoomMessage.Refresh second = next(RoomMessage.Refresh.class);

        onLoop(() -> refreshed(first, RATE, patch(1)));
        assertThat(alice.types()).isEmpty();
        onLoop(() -> refreshed(second, 9, patch(1)));

        assertThat(alice.types()).containsExactly("updated", "updated", "patch");
        assertThat(alice.messages().stream().limit(2).map(updated -> updated.getInteger("id")))
                .containsExactly(1, 2);
        onLoop(() -> alice.connection().onClosed(1006));
        assertNothingLeft(alice);
    }

    @Test
    void whoPausesHearsTheAcksOfWhatItSaid() {
        RecordingWire alice = joined();
        onLoop(() -> update(alice, 1, 0));
        RoomMessage.Refresh pause = next(RoomMessage.Refresh.class);
        onLoop(() -> {
            reply(alice, ack("7", 3));
            refreshed(pause, Channel.PAUSED);
            reply(alice, ack("8", 4));
        });
        assertThat(alice.types()).containsExactly("updated", "ack", "ack");

        onLoop(() -> update(alice, 2, 50));

        // It was told of 4 and does not know 1 and 2.
        RoomMessage.Refresh goOn = next(RoomMessage.Refresh.class);
        assertThat(goOn.at()).isEqualTo(at(0));
        assertThat(goOn.whole()).isTrue();
    }

    @Test
    void anAckThatComesWhileAMemberReturnsWaitsForWhatItMissed() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'state:room','maxRate':0}");
        onLoop(() -> joined(join, Channel.PAUSED, 0));
        alice.forget();
        onLoop(() -> update(alice, 1, 50));
        RoomMessage.Refresh goOn = next(RoomMessage.Refresh.class);
        assertThat(goOn.whole()).isFalse();

        onLoop(() -> {
            reply(alice, ack("7", 2));
            refreshed(goOn, 50, patch(1), patch(2));
        });

        assertThat(alice.types()).containsExactly("updated", "patch", "patch", "ack");
    }

    @Test
    void roomsWithoutAStateHaveNoRates() {
        RecordingWire alice = open();

        onLoop(() -> alice.connection().onText(json("{'type':'join','room':'log:room','maxRate':5,'id':1}")));

        assertThat(alice.messages()).singleElement().satisfies(error -> {
            assertThat(error.getString("code")).isEqualTo("bad-request");
            assertThat(error.getString("message")).isEqualTo("maxRate: this room keeps no state to conflate");
        });
        assertThat(toRoom).isEmpty();
    }

    @Test
    void anUpdateBeforeTheRoomHasAnsweredIsRefused() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'state:room'}");

        onLoop(() -> update(alice, 1, RATE));
        onLoop(() -> joined(join, Channel.EVERY_FRAME, 0));

        assertThat(alice.types()).containsExactly("error", "joined");
        assertThat(toRoom).isEmpty();
    }

    @Test
    void aNewcomerDoesNotGetTheFrameItKnows() {
        RecordingWire alice = rated(0);
        RecordingWire bob = rated(2);
        RecordingWire carol = rated(3);
        int before = sent.get();

        onLoop(() -> deliver(RATE, merged(0, 2)));
        assertThat(sent.get() - before).isEqualTo(1);
        onLoop(() -> deliver(RATE, merged(2, 4)));

        assertThat(offsets(alice)).containsExactly(2L, 4L);
        assertThat(offsets(bob)).containsExactly(4L);
        // It knows more than the first frame told, and less than the second.
        assertThat(offsets(carol)).containsExactly(4L);
    }

    @Test
    void aMemberIsMovedWhenTheRuleHasAnotherRate() {
        RecordingWire alice = joined();

        onLoop(() -> {
            deliver(patch(1));
            moved(alice, RATE);
            deliver(patch(2));
            deliver(RATE, merged(1, 3));
        });

        assertThat(offsets(alice)).containsExactly(1L, 3L);
        onLoop(() -> alice.connection().onText(json("{'type':'leave'}")));
        assertNothingLeft(alice);
    }

    @Test
    void whoPausedIsServedAgainWhereThereAreNoRatesAnyMore() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'state:room','maxRate':0}");
        onLoop(() -> joined(join, Channel.PAUSED, 0));
        alice.forget();

        onLoop(() -> moved(alice, Channel.EVERY_FRAME));
        RoomMessage.Refresh refresh = next(RoomMessage.Refresh.class);
        onLoop(() -> {
            refreshed(refresh, Channel.EVERY_FRAME);
            deliver(new SharedMessage(new ServerMessage.Message(STATE, null, object("{}"), 0, 0), 0));
        });

        assertThat(alice.types()).containsExactly("message");
        onLoop(() -> alice.connection().onClosed(1006));
        assertNothingLeft(alice);
    }

    @Test
    void aSlowMemberThatIsMovedReturnsWhereItBelongs() {
        RecordingWire alice = slow();

        onLoop(() -> moved(alice, RATE));
        review();
        assertThat(toRoom).isEmpty();
        RoomMessage.Refresh refresh = caughtUp(alice);
        onLoop(() -> {
            refreshed(refresh, RATE, merged(0, 2));
            deliver(patch(3));
            deliver(RATE, merged(2, 4));
        });

        assertThat(offsets(alice)).containsExactly(2L, 4L);
    }

    // All that concerns a room

    @Test
    void presenceReachesMembersAtEveryRate() {
        RecordingWire alice = joined();
        RecordingWire bob = open();
        RoomMessage.Join join = join(bob, "{'type':'join','room':'state:room','maxRate':5}");
        onLoop(() -> joined(join, RATE, 0));
        bob.forget();
        SharedMessage left = new SharedMessage(
                new ServerMessage.MemberChange(false, STATE, "carol", new ConnectionId("carol"), 2, 0), 0);

        onLoop(() -> {
            edge.memberships().onDeliver(new EdgeMessage.Deliver(Channel.everyFrame(STATE), left, null));
            edge.memberships().onDeliver(new EdgeMessage.Deliver(new Channel(STATE, RATE), left, null));
        });

        assertThat(alice.types()).containsExactly("user-left");
        assertThat(bob.types()).containsExactly("user-left");
    }

    @Test
    void aNewEpochIsWhereAMemberIs() {
        RecordingWire alice = joined();
        onLoop(() -> deliver(patch(1)));
        onLoop(() -> deliver(new SharedMessage(
                new ServerMessage.Joined(
                        null, STATE, 1, new Position("other", 7), false, null, "{}".getBytes(StandardCharsets.UTF_8)),
                0)));

        onLoop(() -> update(alice, 1, RATE));

        assertThat(next(RoomMessage.Refresh.class).at()).isEqualTo(new Position("other", 7));
    }

    @Test
    void membersAreSentAwayTogether() {
        RecordingWire alice = joined();
        RecordingWire bob = joined();
        RecordingWire carol = open();

        onLoop(() -> edge.memberships()
                .onCloseMembers(
                        new EdgeMessage.CloseMembers(Channel.everyFrame(STATE), CloseReason.INSUFFICIENT_STATE)));

        assertThat(alice.closed).isEqualTo(CloseReason.INSUFFICIENT_STATE);
        assertThat(bob.closed).isEqualTo(CloseReason.INSUFFICIENT_STATE);
        assertThat(carol.closed).isNull();
        assertNothingLeft(alice);
    }

    @Test
    void whatAnAuthorThatIsNotServedSaidIsCountedForTheOthersOnly() {
        RecordingWire alice = slow();
        RecordingWire bob = joined();
        int before = sent.get();

        onLoop(() -> edge.memberships()
                .onDeliver(new EdgeMessage.Deliver(
                        Channel.everyFrame(STATE), patch(2), alice.connection().id())));
        assertThat(offsets(bob)).containsExactly(2L);
        assertThat(sent.get() - before).isEqualTo(1);
        onLoop(() -> bob.connection().onClosed(1006));
        onLoop(() -> edge.memberships()
                .onDeliver(new EdgeMessage.Deliver(
                        Channel.everyFrame(STATE), patch(3), alice.connection().id())));

        assertThat(sent.get() - before).isEqualTo(1);
    }

    @Test
    void aRoomThatBeginsToKeepAStateSparesItsSlowMembers() {
        RecordingWire alice = open();
        RoomMessage.Join join = join(alice, "{'type':'join','room':'room'}");
        onLoop(() ->
                edge.memberships().onJoined(new EdgeMessage.Joined(PLAIN, join.connection(), join.ticket(), 1, null)));
        alice.forget();

        settings.replace(settings("[{\"match\": \"**\", \"mode\": \"state\"}]"));
        onLoop(() -> edge.memberships()
                .onDeliver(new EdgeMessage.Deliver(
                        Channel.everyFrame(PLAIN),
                        new SharedMessage(
                                new ServerMessage.Joined(
                                        null, PLAIN, 1, at(3), false, null, "{}".getBytes(StandardCharsets.UTF_8)),
                                0),
                        null)));
        alice.pending = BEHIND;
        onLoop(() -> edge.memberships()
                .onDeliver(new EdgeMessage.Deliver(
                        Channel.everyFrame(PLAIN),
                        new SharedMessage(new ServerMessage.Patch(PLAIN, bytes("{}"), 4, 3, 0), 0),
                        null)));

        assertThat(alice.types()).containsExactly("joined", "degraded");
    }

    @Test
    void aRoomThatCeasesToKeepAStateLeavesNothingOut() {
        RecordingWire alice = joined();
        settings.replace(settings("[{\"match\": \"**\", \"mode\": \"plain\"}]"));
        alice.pending = BEHIND;

        onLoop(() -> deliver(new SharedMessage(new ServerMessage.Message(STATE, null, object("{}"), 0, 0), 0)));

        assertThat(alice.types()).containsExactly("message");
    }

    // Clients that say nothing

    @Test
    void aCursorStandsForWhatWasWrittenInEachRoom() {
        RecordingWire alice = stream(new ClientMessage.Join(null, LOG, null, null, null, null));
        RoomMessage.Join log = next(RoomMessage.Join.class);
        onLoop(() -> edge.memberships()
                .onJoined(new EdgeMessage.Joined(
                        LOG,
                        log.connection(),
                        log.ticket(),
                        1,
                        new Entrance(Channel.EVERY_FRAME, at(4), null, SharedEnding.NOTHING))));
        assertThat(cursor(alice).in(LOG)).isEqualTo(at(4));

        alice.forget();
        onLoop(() -> deliver(logged(5)));
        onLoop(() -> {
            deliver(logged(6));
            // In the middle of a turn: what it stands for is written first.
            alice.connection().tellCursor();
            alice.connection().tellCursor();
        });
        assertThat(alice.text()).containsSubsequence("\"offset\":5", "\"offset\":6", "id: ");
        assertThat(cursor(alice).in(LOG)).isEqualTo(at(6));
        assertThat(alice.text()).containsOnlyOnce("id: ").containsOnlyOnce("\"offset\":6");
    }

    private static EdgeMessage.Deliver logged(long offset) {
        return new EdgeMessage.Deliver(
                Channel.everyFrame(LOG),
                new SharedMessage(new ServerMessage.Message(LOG, null, object("{}"), 0, offset), 0),
                null);
    }

    private void deliver(EdgeMessage.Deliver deliver) {
        edge.memberships().onDeliver(deliver);
    }

    @Test
    void aRoomThatHasNotAnsweredKeepsThePlaceItsClientCameWith() {
        RecordingWire alice = stream(
                new ClientMessage.Join(null, STATE, at(7), null, null, null),
                new ClientMessage.Join(null, LOG, null, null, null, null),
                new ClientMessage.Join(null, PLAIN, null, null, null, null));
        RoomMessage.Join state = next(RoomMessage.Join.class);
        next(RoomMessage.Join.class);
        RoomMessage.Join plain = next(RoomMessage.Join.class);
        onLoop(() -> edge.memberships()
                .onJoined(new EdgeMessage.Joined(PLAIN, plain.connection(), plain.ticket(), 1, null)));
        assertThat(state.since()).isEqualTo(at(7));

        onLoop(() -> alice.connection().close(CloseReason.NO_MAJORITY));

        assertThat(cursor(alice).in(STATE)).isEqualTo(at(7));
        assertThat(cursor(alice).in(LOG)).isNull();
        assertThat(cursor(alice).in(PLAIN)).isNotNull();
        assertThat(alice.text())
                .containsPattern("retry: \\d+\nevent: reconnect\ndata: [{]\"type\":\"reconnect\",.*\n\n$");
        assertThat(alice.closed).isEqualTo(CloseReason.NO_MAJORITY);
    }

    @Test
    void aRoomThatCannotServeEndsTheStreamWithoutForgettingWhereItWas() {
        RecordingWire alice = stream(
                new ClientMessage.Join(null, STATE, at(7), null, null, null),
                new ClientMessage.Join(null, PLAIN, null, null, null, null));
        RoomMessage.Join join = next(RoomMessage.Join.class);
        RoomMessage.Join plain = next(RoomMessage.Join.class);
        onLoop(() -> edge.memberships()
                .onJoined(new EdgeMessage.Joined(PLAIN, plain.connection(), plain.ticket(), 1, null)));

        onLoop(() -> edge.memberships()
                .onJoinRefused(new EdgeMessage.JoinRefused(
                        STATE, join.connection(), join.ticket(), new Refusal(ErrorCode.UNAVAILABLE, "not now"))));

        assertThat(alice.text()).contains("event: reconnect").doesNotContain("id: ");
        assertThat(alice.closed).isEqualTo(CloseReason.OVERLOADED);
        onLoop(() -> assertThat(edge.memberships().isEmpty()).isTrue());
    }

    @Test
    void whoMayNotComeBackIsToldWhyAndThatItIsOver() {
        RecordingWire expired = streamInState();
        RecordingWire kicked = streamInState();

        onLoop(() -> {
            deliver(patch(1));
            expired.connection().close(CloseReason.TOKEN_EXPIRED);
            kicked.connection().close(CloseReason.DISCONNECTED);
        });

        // With another token it may.
        assertThat(cursor(expired).in(STATE)).isEqualTo(at(1));
        assertThat(expired.text())
                .contains("event: patch")
                .endsWith("event: fanfara-error\n"
                        + "data: {\"type\":\"fanfara-error\",\"code\":4001,\"message\":\"Token expired\"}\n\n");
        assertThat(kicked.text())
                .endsWith("id: end\n\nevent: fanfara-error\n"
                        + "data: {\"type\":\"fanfara-error\",\"code\":4503,\"message\":\"Disconnected\"}\n\n");
    }

    @Test
    void whoIsTooSlowIsToldToComeBackAndNothingElse() {
        RecordingWire alice = streamInState();
        settings.replace(settings("[{\"match\": \"**\", \"mode\": \"log\"}]"));
        alice.pending = 2 * 1024 * 1024;

        onLoop(() -> {
            deliver(new SharedMessage(new ServerMessage.Message(STATE, null, object("{}"), 0, 1), 0));
            alice.connection().close(CloseReason.NO_MAJORITY);
        });

        assertThat(alice.closed).isNotNull();
        assertThat(alice.text())
                .containsOnlyOnce("event: ")
                .contains("event: reconnect")
                .doesNotContain("id: ");
    }

    @Test
    void whoIsBehindIsToldItsPlaceWhenItReadsOn() {
        RecordingWire alice = streamInState();
        onLoop(() -> deliver(patch(1)));
        alice.forget();
        alice.pending = BEHIND;
        onLoop(() -> alice.connection().tellCursor());
        assertThat(alice.text()).isEmpty();

        alice.pending = 0;
        onLoop(() -> alice.connection().tellCursor());
        assertThat(cursor(alice).in(STATE)).isEqualTo(at(1));
    }

    private RecordingWire streamInState() {
        RecordingWire wire = stream(new ClientMessage.Join(null, STATE, null, null, null, null));
        RoomMessage.Join join = next(RoomMessage.Join.class);
        onLoop(() -> joined(join, Channel.EVERY_FRAME, 0));
        wire.forget();
        return wire;
    }

    private RecordingWire stream(ClientMessage.Join... joins) {
        RecordingWire wire = new RecordingWire(WireFormat.SSE);
        onLoop(() -> {
            wire.serves(edge.open(wire, Identity.anonymous("anon", false), "192.0.2.1", () -> wire.ends++));
            wire.connection().joinAll(List.of(joins));
        });
        wire.forget();
        return wire;
    }

    /** The last one. */
    private static Cursor cursor(RecordingWire wire) {
        String text = wire.text();
        assertThat(text).contains("id: ");
        String rest = text.substring(text.lastIndexOf("id: ") + 4);
        return Cursor.read(rest.substring(0, rest.indexOf("\n\n")));
    }

    // What the room says

    private void joined(RoomMessage.Join join, int maxRate, long offset) {
        edge.memberships()
                .onJoined(new EdgeMessage.Joined(
                        STATE,
                        join.connection(),
                        join.ticket(),
                        1,
                        new Entrance(maxRate, at(offset), null, new SharedEnding(null, bytes("{}")))));
    }

    private void deliver(SharedMessage message) {
        edge.memberships().onDeliver(new EdgeMessage.Deliver(Channel.everyFrame(STATE), message, null));
    }

    private void deliver(int maxRate, SharedMessage message) {
        edge.memberships().onDeliver(new EdgeMessage.Deliver(new Channel(STATE, maxRate), message, null));
    }

    private void moved(RecordingWire wire, int maxRate) {
        edge.memberships()
                .onMoved(new EdgeMessage.Moved(STATE, wire.connection().id(), maxRate));
    }

    private void reply(RecordingWire wire, ServerMessage message) {
        edge.memberships()
                .onReply(new EdgeMessage.Reply(STATE, wire.connection().id(), message));
    }

    private void refreshed(RoomMessage.Refresh refresh, int maxRate, SharedMessage... messages) {
        edge.memberships()
                .onRefreshed(new EdgeMessage.Refreshed(
                        STATE,
                        refresh.connection(),
                        refresh.ticket(),
                        maxRate,
                        Arrays.stream(messages).map(SharedMessage::message).toList()));
    }

    private static SharedMessage patch(long offset) {
        return merged(offset - 1, offset);
    }

    private static SharedMessage merged(long previous, long offset) {
        return new SharedMessage(new ServerMessage.Patch(STATE, bytes("{\"a\":1}"), offset, previous, 0), 0);
    }

    private static SharedMessage state(long offset) {
        return new SharedMessage(
                new ServerMessage.Joined(null, STATE, 1, at(offset), null, null, bytes("{\"a\":1}")), 0);
    }

    private static ServerMessage ack(String id, long offset) {
        return new ServerMessage.Ack(new CommandId(id), STATE, at(offset), false, null);
    }

    private static Position at(long offset) {
        return new Position(EPOCH, offset);
    }

    // What clients do

    private RecordingWire open() {
        RecordingWire wire = new RecordingWire();
        onLoop(() -> wire.serves(edge.open(wire, Identity.anonymous("anon", false), "192.0.2.1", () -> wire.ends++)));
        wire.forget();
        return wire;
    }

    private RoomMessage.Join join(RecordingWire wire, String command) {
        onLoop(() -> wire.connection().onText(json(command)));
        return next(RoomMessage.Join.class);
    }

    /** In the state room, at 0. */
    private RecordingWire joined() {
        RecordingWire wire = open();
        RoomMessage.Join join = join(wire, "{'type':'join','room':'state:room'}");
        onLoop(() -> joined(join, Channel.EVERY_FRAME, 0));
        wire.forget();
        return wire;
    }

    /** In the state room, a few frames a second. */
    private RecordingWire rated(long offset) {
        RecordingWire wire = open();
        RoomMessage.Join join = join(wire, "{'type':'join','room':'state:room','maxRate':5}");
        onLoop(() -> joined(join, RATE, offset));
        wire.forget();
        return wire;
    }

    /** {@link #joined}, behind since the first patch. */
    private RecordingWire slow() {
        RecordingWire wire = joined();
        wire.pending = BEHIND;
        onLoop(() -> deliver(patch(1)));
        wire.forget();
        return wire;
    }

    private RoomMessage.Refresh caughtUp(RecordingWire wire) {
        wire.pending = 0;
        review();
        return next(RoomMessage.Refresh.class);
    }

    private void update(RecordingWire wire, int id, int maxRate) {
        wire.connection()
                .onText(json("{'type':'update','room':'state:room','maxRate':" + maxRate + ",'id':" + id + "}"));
    }

    private void review() {
        onLoop(() -> edge.memberships().review(System.nanoTime()));
    }

    /** No matter who else was there. */
    private void assertNothingLeft(RecordingWire wire) {
        onLoop(() -> wire.connection().onClosed(1006));
        onLoop(() -> assertThat(edge.memberships().isEmpty()).isTrue());
        assertThat(next(RoomMessage.Leave.class).connection())
                .isEqualTo(wire.connection().id());
    }

    private static List<Long> offsets(RecordingWire wire) {
        return wire.messages().stream()
                .filter(message -> message.getString("type").equals("patch"))
                .map(message -> message.getLong("offset"))
                .toList();
    }

    private <M extends RoomMessage> M next(Class<M> kind) {
        try {
            RoomMessage message = toRoom.poll(10, TimeUnit.SECONDS);
            if (!kind.isInstance(message)) {
                throw new AssertionError("the room was told " + message);
            }
            return kind.cast(message);
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

    private static Payload object(String json) {
        return new Payload(Payload.Kind.DATA, bytes(json));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] json(String text) {
        return bytes(text.replace('\'', '"'));
    }

    private static <T extends @Nullable Object> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
