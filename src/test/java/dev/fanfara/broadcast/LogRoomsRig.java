package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Setting;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Epochs;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Keeping;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's room service with rooms that remember; the test plays the memories, the other node, and the edge, whose
 * messages it reads as short texts: {@code message 3 c}, {@code patch 2>3 {"a":1}}, {@code alice: ack A3}. Epochs are
 * called A, B, … as they come. All on one event loop, so that turns can be composed.
 */
final class LogRoomsRig {
    static final String NODE = "node";
    static final String PEER = "peer";
    static final RoomName LOG = new RoomName("log:room");
    /** Remembers three. */
    static final RoomName SHORT = new RoomName("short:room");

    /** Remembers as much as a room may. */
    static final RoomName MANY = new RoomName("many:room");

    static final RoomName STATE = new RoomName("state:room");
    /** Remembers three patches. */
    static final RoomName BRIEF = new RoomName("brief:room");

    static final ConnectionId ALICE = new ConnectionId("alice");
    static final ConnectionId BOB = new ConnectionId("bob");
    static final ConnectionId CAROL = new ConnectionId("carol");

    private static final String RULES = """
            [{"match": "log:*", "mode": "log", "presence": "none"},
             {"match": "short:*", "mode": "log", "presence": "none", "history": {"size": 3}},
             {"match": "many:*", "mode": "log", "presence": "none", "history": {"size": 100000, "bytes": "4MiB"}},
             {"match": "state:*", "mode": "state", "presence": "none", "state": {"bytes": "2KiB"}},
             {"match": "brief:*", "mode": "state", "presence": "none", "history": {"size": 3}},
             {"match": "**", "mode": "plain", "presence": "none"}]
            """;

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    final ScriptedLogs logs = new ScriptedLogs();
    final Memory memory = Memory.ofThisProcess();
    final AtomicInteger repaired = new AtomicInteger();
    final AtomicInteger members = new AtomicInteger();
    private final LiveSettings settings;
    final BroadcastVerticle service;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final Map<String, String> epochs = new LinkedHashMap<>();
    private long position;
    private long tickets;

    record Heard(String text, long nanos) {}

    LogRoomsRig() {
        Addresses.registerCodecs(vertx.eventBus());
        settings = new LiveSettings(settings(RULES));
        service =
                new BroadcastVerticle(new Two(), 0, settings, () -> logs, new NoEvents(), memory, new GatewayMetrics() {
                    @Override
                    public void clusterRepaired() {
                        repaired.incrementAndGet();
                    }

                    @Override
                    public void members(int change) {
                        members.addAndGet(change);
                    }
                });
        await(vertx.deployVerticle(service));
        await(Addresses.EDGE.hear(vertx, NODE, 0, message -> heard.add(new Heard(text(message), System.nanoTime()))));
    }

    private static final class Two implements Nodes {
        private final List<NodeRef> peers = List.of(new NodeRef(PEER, 1));

        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return peers;
        }
    }

    private Settings settings(String rules) {
        GatewayConfig config = new ConfigSource(null, Map.of(), List.of(new Setting("rooms", rules, "--set")))
                .load()
                .config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        return new Settings(config, "hash", tokens, new ApiKeys(List.of()));
    }

    /** The rule in front of all others from now on, with single quotes. */
    void reload(String rule) {
        Settings now = settings(RULES.replaceFirst("\\[", "[" + rule.replace('\'', '"') + ","));
        settings.replace(now);
        settle();
    }

    void close() {
        await(vertx.close());
    }

    // What members do

    void join(ConnectionId member, RoomName room) {
        join(member, room, null, null);
    }

    void join(ConnectionId member, RoomName room, @Nullable Position since, @Nullable Integer maxRate) {
        onLoop(() -> joinNow(member, room, since, maxRate));
    }

    void joinNow(ConnectionId member, RoomName room, @Nullable Position since, @Nullable Integer maxRate) {
        service.onJoin(new RoomMessage.Join(room, 0, member, member.value(), false, ++tickets, since, null, maxRate));
    }

    void joinWithHistory(ConnectionId member, RoomName room, int history) {
        onLoop(() -> service.onJoin(
                new RoomMessage.Join(room, 0, member, member.value(), false, ++tickets, null, history, null)));
    }

    void askHistory(ConnectionId member, RoomName room, @Nullable Position since, @Nullable Integer limit) {
        onLoop(() ->
                service.onAskHistory(new RoomMessage.AskHistory(room, 0, member, new CommandId("1"), since, limit)));
    }

    void leave(ConnectionId member, RoomName room) {
        onLoop(() -> service.onLeave(new RoomMessage.Leave(room, 0, member)));
    }

    void say(ConnectionId member, RoomName room, String payload) {
        onLoop(() -> sayNow(member, room, payload, null));
    }

    void say(ConnectionId member, RoomName room, String payload, String key) {
        onLoop(() -> sayNow(member, room, payload, key));
    }

    void sayNow(ConnectionId member, RoomName room, String payload, @Nullable String key) {
        service.onPublish(new RoomMessage.Publish(
                room, 0, member, member.value(), payload(payload), key, false, new CommandId("1"), System.nanoTime()));
    }

    void refresh(ConnectionId member, RoomName room, Position at, boolean whole, @Nullable Integer maxRate) {
        onLoop(() -> service.onRefresh(new RoomMessage.Refresh(room, 0, member, ++tickets, at, whole, maxRate)));
    }

    Future<Published> request(RoomName room, String payload, @Nullable String key) {
        PublishRequest request = new PublishRequest(room, null, payload(payload), key, System.nanoTime());
        return Addresses.PUBLISH.ask(vertx, NODE, 0, request);
    }

    // What the other node does

    /** Taken there; its copy has not come. */
    Forwarded elsewhere(RoomName room, String payload) {
        return elsewhere(room, payload, null);
    }

    Forwarded elsewhere(RoomName room, String payload, @Nullable String key) {
        return onLoop(() -> logs.elsewhere(room, keeping(room), payload(payload), key));
    }

    /** Its copies come, in one message. */
    void comes(Forwarded... publications) {
        onLoop(() -> comesNow(publications));
    }

    void comesNow(Forwarded... publications) {
        new PeerMessage.Publications(PEER, 0, position += 1_000, List.of(publications)).dispatch(service.peers);
    }

    static Keeping keeping(RoomName room) {
        if (room.equals(MANY)) {
            return new Keeping(false, 100_000, 600_000, 4L << 20, 256 * 1024);
        }
        boolean keepsFew = room.equals(SHORT) || room.equals(BRIEF);
        boolean state = room.equals(STATE) || room.equals(BRIEF);
        return new Keeping(state, keepsFew ? 3 : 1000, 600_000, 256 * 1024, room.equals(STATE) ? 2048 : 256 * 1024);
    }

    static Payload payload(String text) {
        boolean isObject = text.startsWith("{");
        String json = isObject ? text.replace('\'', '"') : '"' + text + '"';
        return new Payload(isObject ? Payload.Kind.DATA : Payload.Kind.TEXT, json.getBytes(StandardCharsets.UTF_8));
    }

    // What the edge hears

    /** Exactly this, in time. */
    void hears(String... expected) {
        List<String> texts = new ArrayList<>();
        for (Heard each : next(expected.length)) {
            texts.add(each.text());
        }
        settle();
        heard.forEach(more -> texts.add(more.text()));
        heard.clear();
        assertThat(texts).containsExactly(expected);
    }

    void hearsNothing() {
        hears();
    }

    List<Heard> next(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        List<Heard> next = new ArrayList<>();
        while (next.size() < count) {
            try {
                Heard each = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (each == null) {
                    return next;
                }
                next.add(each);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        }
        return next;
    }

    /** All that is heard by now. */
    List<Heard> heard() {
        settle();
        List<Heard> all = new ArrayList<>();
        heard.drainTo(all);
        return all;
    }

    /** A position as it was heard: of the epoch with this letter. */
    Position at(String letterAndOffset) {
        return onLoop(() -> {
            for (Map.Entry<String, String> epoch : epochs.entrySet()) {
                if (letterAndOffset.startsWith(epoch.getValue())) {
                    return new Position(epoch.getKey(), Long.parseLong(letterAndOffset.substring(1)));
                }
            }
            throw new AssertionError(letterAndOffset + " was not heard");
        });
    }

    private String text(EdgeMessage message) {
        if (message instanceof EdgeMessage.Deliver deliver) {
            return text(deliver.message().message())
                    + rate(deliver.channel().maxRate())
                    + (deliver.except() == null
                            ? ""
                            : " but " + deliver.except().value());
        } else if (message instanceof EdgeMessage.Reply reply) {
            return reply.connection().value() + ": " + text(reply.message());
        } else if (message instanceof EdgeMessage.Joined joined) {
            return joined.connection().value() + ": joined" + text(joined.entrance());
        } else if (message instanceof EdgeMessage.JoinRefused refused) {
            return refused.connection().value() + ": refused "
                    + refused.refusal().code().wireName();
        } else if (message instanceof EdgeMessage.Refreshed refreshed) {
            return refreshed.connection().value() + ": refreshed" + rate(refreshed.maxRate()) + " "
                    + refreshed.messages().stream().map(this::text).toList();
        } else if (message instanceof EdgeMessage.Moved moved) {
            return moved.connection().value() + ": moved" + rate(moved.maxRate());
        } else if (message instanceof EdgeMessage.CloseMembers close) {
            return "close " + close.reason().code() + rate(close.channel().maxRate());
        }
        return message.toString();
    }

    private static String rate(int maxRate) {
        return maxRate == Channel.EVERY_FRAME ? "" : " @" + maxRate;
    }

    private String text(@Nullable Entrance entrance) {
        return entrance == null
                ? ""
                : joined(
                                entrance.position(),
                                entrance.recovered(),
                                entrance.ending().messages(),
                                entrance.ending().state())
                        + rate(entrance.maxRate());
    }

    private String joined(
            @Nullable Position at,
            @Nullable Boolean recovered,
            @Nullable List<ServerMessage> messages,
            byte @Nullable [] state) {
        return (at == null ? "" : " " + text(at))
                + (recovered == null ? "" : recovered ? " recovered" : " lost")
                + (messages == null
                        ? ""
                        : " " + messages.stream().map(this::text).toList())
                + (state == null ? "" : " " + new String(state, StandardCharsets.UTF_8));
    }

    private String text(Position position) {
        String letter = epochs.computeIfAbsent(position.epoch(), epoch -> String.valueOf((char) ('A' + epochs.size())));
        return letter + position.offset();
    }

    private String text(ServerMessage message) {
        if (message instanceof ServerMessage.Message said) {
            return "message " + (said.offset() == 0 ? "" : said.offset() + " ")
                    + new String(said.payload().json(), StandardCharsets.UTF_8).replace("\"", "");
        } else if (message instanceof ServerMessage.Patch patch) {
            return "patch " + patch.previous() + ">" + patch.offset() + " "
                    + new String(patch.data(), StandardCharsets.UTF_8);
        } else if (message instanceof ServerMessage.Joined joined) {
            return "joined" + joined(joined.position(), joined.recovered(), joined.messages(), joined.state());
        } else if (message instanceof ServerMessage.Ack ack) {
            return "ack" + (ack.position() == null ? "" : " " + text(ack.position()))
                    + (ack.duplicate() ? " duplicate" : "");
        } else if (message instanceof ServerMessage.Error error) {
            return "error " + error.refusal().code().wireName();
        } else if (message instanceof ServerMessage.History history) {
            return "history" + (history.position() == null ? "" : " " + text(history.position())) + " "
                    + history.messages().stream().map(this::text).toList();
        }
        throw new AssertionError(message);
    }

    static String epoch(long number) {
        return Epochs.text(number);
    }

    // Turns

    /** Behind what is queued by now, and what that queues. */
    void settle() {
        for (int i = 0; i < 5; i++) {
            onLoop(() -> {});
        }
    }

    void onLoop(Runnable turn) {
        onLoop(() -> {
            turn.run();
            return turn;
        });
    }

    <T> T onLoop(Supplier<T> turn) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(there -> {
            try {
                done.complete(turn.get());
            } catch (Throwable failure) {
                done.fail(failure);
            }
        });
        return await(done.future());
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
