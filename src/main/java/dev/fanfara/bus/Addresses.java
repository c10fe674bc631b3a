package dev.fanfara.bus;

import dev.fanfara.auth.Revocation;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Every address of the event bus with the types that travel there. An address is {@code fanfara.<kind>.<node>.<loop>}:
 * there are as many as event loops in the cluster, never one per room, and the cluster routes them by the node's name.
 *
 * <p>A room lives, on each node, on the loop that {@link #loopOf} says; the room service of that loop decides its order.
 */
public final class Addresses {
    private static final String NOTHING = "fanfara.nothing";
    private static final String ROOM_CODEC = "fanfara.room";
    private static final String EDGE_CODEC = "fanfara.edge";
    private static final String PEER_CODEC = "fanfara.peer";
    private static final String PUBLISH_CODEC = "fanfara.publish";
    private static final String PUBLISHED_CODEC = "fanfara.published";
    private static final String HISTORY_CODEC = "fanfara.history";
    private static final String HISTORY_ANSWER_CODEC = "fanfara.history-answer";
    private static final String STATE_CODEC = "fanfara.state";
    private static final String STATE_ANSWER_CODEC = "fanfara.state-answer";
    private static final String SUBSCRIBE_CODEC = "fanfara.subscribe";
    private static final String ROSTER_CODEC = "fanfara.roster";
    private static final String ANNOUNCE_CODEC = "fanfara.announce";
    private static final String COUNT_CODEC = "fanfara.count";
    private static final String ENGINE_CODEC = "fanfara.engine";
    private static final String STATS_CODEC = "fanfara.stats";
    private static final String NODE_REPORT_CODEC = "fanfara.node-report";
    private static final String LIST_ROOMS_CODEC = "fanfara.list-rooms";
    private static final String ROOMS_CODEC = "fanfara.rooms";
    private static final String ROOM_NAME_CODEC = "fanfara.room-name";
    private static final String ROOM_LINE_CODEC = "fanfara.room-line";
    private static final String LIST_MEMBERS_CODEC = "fanfara.list-members";
    private static final String MEMBERS_CODEC = "fanfara.members";
    private static final String LIST_CONNECTIONS_CODEC = "fanfara.list-connections";
    private static final String CONNECTIONS_CODEC = "fanfara.connections";
    private static final String DISCONNECT_CODEC = "fanfara.disconnect";
    private static final String REVOKE_CODEC = "fanfara.revoke";
    private static final String SESSION_KEY_CODEC = "fanfara.session-key";
    private static final String SESSION_CODEC = "fanfara.session";
    private static final String JSON_CODEC = "fanfara.json";

    /** Connections to the room service of their node. */
    public static final Topic<RoomMessage> ROOM = new Topic<>("room", ROOM_CODEC);
    /** The room service to the connections of its node. */
    public static final Topic<EdgeMessage> EDGE = new Topic<>("edge", EDGE_CODEC);
    /** Room service to room service, between nodes. */
    public static final Topic<PeerMessage> PEER = new Topic<>("peer", PEER_CODEC);
    /** A node's first member of a room: to every other node, which answers with its own members. */
    public static final Endpoint<Subscribe, Roster> SUBSCRIBE =
            new Endpoint<>("subscribe", SUBSCRIBE_CODEC, ROSTER_CODEC);
    /**
     * Backends to the room service of the node they reached. That one always answers, within what it takes to hear from a
     * room's memory; to give up before it would say no to what may be taken.
     */
    public static final Endpoint<PublishRequest, Published> PUBLISH =
            new Endpoint<>("publish", PUBLISH_CODEC, PUBLISHED_CODEC, 10_000);
    /** Backends and connections to the room service of their node: what a room remembers. */
    public static final Endpoint<HistoryRequest, HistoryAnswer> HISTORY =
            new Endpoint<>("history", HISTORY_CODEC, HISTORY_ANSWER_CODEC);
    /** Backends to the room service of the node they reached: the whole state of a room. */
    public static final Endpoint<StateRequest, StateAnswer> STATE =
            new Endpoint<>("state", STATE_CODEC, STATE_ANSWER_CODEC);
    /** To the connections of a loop; the answer is how many got it. */
    public static final Endpoint<Announcement, Integer> ANNOUNCE =
            new Endpoint<>("announce", ANNOUNCE_CODEC, COUNT_CODEC);
    /** Between the loops where sessions of Engine.IO live and those where their requests and sockets come. */
    public static final Topic<EngineMessage> ENGINE = new Topic<>("engine", ENGINE_CODEC);
    /**
     * To a node, at its first loop: the client of this session is here, so let it go. A node that is frozen must not keep
     * the client waiting.
     */
    public static final Endpoint<String, HandedOver> HAND_OVER =
            new Endpoint<>("hand-over", SESSION_KEY_CODEC, SESSION_CODEC, 2_000);
    /** What a loop's connections add to the statistics. */
    public static final Endpoint<Nothing, LoopStats> EDGE_STATS = new Endpoint<>("edge-stats", NOTHING, STATS_CODEC);
    /** What a loop's rooms add to the statistics. */
    public static final Endpoint<Nothing, LoopStats> ROOM_STATS = new Endpoint<>("room-stats", NOTHING, STATS_CODEC);

    /** To loop 0 of a node: how it is. */
    public static final Endpoint<Nothing, NodeReport> NODE_REPORT =
            new Endpoint<>("node-report", NOTHING, NODE_REPORT_CODEC);

    /** The rooms of a loop that have members there. */
    public static final Endpoint<ListRooms, Part<RoomLine>> LIST_ROOMS =
            new Endpoint<>("list-rooms", LIST_ROOMS_CODEC, ROOMS_CODEC);
    /** What the loop in charge of a room knows of it without asking anybody. */
    public static final Endpoint<RoomName, RoomLine> ROOM_LINE =
            new Endpoint<>("room-line", ROOM_NAME_CODEC, ROOM_LINE_CODEC);
    /** The users of a room on one node. */
    public static final Endpoint<ListMembers, Members> LIST_MEMBERS =
            new Endpoint<>("list-members", LIST_MEMBERS_CODEC, MEMBERS_CODEC);
    /** The connections of a loop. */
    public static final Endpoint<ListConnections, Part<ConnectionLine>> LIST_CONNECTIONS =
            new Endpoint<>("list-connections", LIST_CONNECTIONS_CODEC, CONNECTIONS_CODEC);
    /** To the connections of a loop; the answer is how many ended. */
    public static final Endpoint<Disconnect, Integer> DISCONNECT =
            new Endpoint<>("disconnect", DISCONNECT_CODEC, COUNT_CODEC);

    /** To the connections of a loop: these tokens are refused; the answer is how many ended for it. */
    public static final Endpoint<Revocation, Integer> REVOKE = new Endpoint<>("revoke", REVOKE_CODEC, COUNT_CODEC);

    /** To a node, at its first loop: what it makes of a configuration. Objects are not to be changed. */
    public static final Endpoint<JsonObject, JsonObject> CONFIG =
            new Endpoint<>("config", JSON_CODEC, JSON_CODEC, 10_000);

    private Addresses() {}

    static String of(String kind, String node, int loop) {
        return "fanfara." + kind + '.' + node + '.' + loop;
    }

    /** The loop in charge of a room on a node of so many loops. */
    public static int loopOf(RoomName room, int loops) {
        int hash = room.value().hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), loops);
    }

    /** Once per Vert.x instance, before anything is sent. */
    public static void registerCodecs(EventBus bus) {
        bus.registerCodec(new BusCodec<Nothing>(NOTHING, (out, nothing) -> {}, in -> Nothing.NOTHING));
        bus.registerCodec(Addresses.<RoomMessage>local(ROOM_CODEC));
        bus.registerCodec(Addresses.<EdgeMessage>local(EDGE_CODEC));
        bus.registerCodec(new BusCodec<>(PEER_CODEC, PeerWire::write, PeerWire::read));
        bus.registerCodec(new BusCodec<>(ENGINE_CODEC, EngineWire::write, EngineWire::read));
        bus.registerCodec(Addresses.<PublishRequest>local(PUBLISH_CODEC));
        bus.registerCodec(Addresses.<Published>local(PUBLISHED_CODEC));
        bus.registerCodec(Addresses.<HistoryRequest>local(HISTORY_CODEC));
        bus.registerCodec(Addresses.<HistoryAnswer>local(HISTORY_ANSWER_CODEC));
        bus.registerCodec(Addresses.<StateRequest>local(STATE_CODEC));
        bus.registerCodec(Addresses.<StateAnswer>local(STATE_ANSWER_CODEC));
        bus.registerCodec(new BusCodec<>(Refused.CODEC, Refused::write, Refused::read));
        bus.registerCodec(new BusCodec<Subscribe>(
                SUBSCRIBE_CODEC,
                (out, subscribe) -> out.text(subscribe.node())
                        .text(subscribe.room().value())
                        .flag(subscribe.first())
                        .number(subscribe.version()),
                in -> new Subscribe(in.text(), PeerWire.room(in), in.flag(), in.number())));
        bus.registerCodec(new BusCodec<Roster>(
                ROSTER_CODEC,
                (out, roster) -> {
                    out.text(roster.node()).number(roster.version()).integer(roster.count());
                    PeerWire.users(out, roster.members());
                },
                in -> new Roster(in.text(), in.number(), in.integer(), PeerWire.users(in))));
        bus.registerCodec(new BusCodec<Announcement>(
                ANNOUNCE_CODEC,
                (out, announcement) -> {
                    out.optionalText(announcement.to())
                            .optionalText(announcement.user())
                            .optionalText(
                                    announcement.connection() == null
                                            ? null
                                            : announcement.connection().value());
                    PeerWire.payload(out, announcement.payload());
                    out.number(announcement.timestamp());
                },
                in -> new Announcement(
                        in.optionalText(),
                        in.optionalText(),
                        PeerWire.optionalConnection(in),
                        PeerWire.payload(in),
                        in.number())));
        bus.registerCodec(new BusCodec<Integer>(COUNT_CODEC, WireWriter::integer, WireReader::integer));
        bus.registerCodec(new BusCodec<LoopStats>(
                STATS_CODEC,
                (out, stats) -> out.integer(stats.connections())
                        .integer(stats.rooms())
                        .number(stats.messagesReceived())
                        .number(stats.messagesSent()),
                in -> new LoopStats(in.integer(), in.integer(), in.number(), in.number())));
        bus.registerCodec(new BusCodec<>(NODE_REPORT_CODEC, NodeReport::write, NodeReport::read));
        bus.registerCodec(new BusCodec<>(LIST_ROOMS_CODEC, ListRooms::write, ListRooms::read));
        bus.registerCodec(parts(ROOMS_CODEC, RoomLine::write, RoomLine::read));
        bus.registerCodec(new BusCodec<RoomName>(
                ROOM_NAME_CODEC, (out, room) -> out.text(room.value()), in -> RoomName.of(in.text())));
        bus.registerCodec(new BusCodec<>(ROOM_LINE_CODEC, RoomLine::write, RoomLine::read));
        bus.registerCodec(new BusCodec<>(LIST_MEMBERS_CODEC, ListMembers::write, ListMembers::read));
        bus.registerCodec(new BusCodec<Members>(
                MEMBERS_CODEC,
                (out, members) -> writePart(out.integer(members.count()), members.users(), UserLine::write),
                in -> new Members(in.integer(), readPart(in, UserLine::read))));
        bus.registerCodec(new BusCodec<>(LIST_CONNECTIONS_CODEC, ListConnections::write, ListConnections::read));
        bus.registerCodec(parts(CONNECTIONS_CODEC, ConnectionLine::write, ConnectionLine::read));
        bus.registerCodec(new BusCodec<>(DISCONNECT_CODEC, Disconnect::write, Disconnect::read));
        bus.registerCodec(new BusCodec<Revocation>(
                REVOKE_CODEC, (out, revocation) -> out.text(revocation.text()), in -> Revocation.parse(in.text())));
        bus.registerCodec(new BusCodec<String>(SESSION_KEY_CODEC, WireWriter::text, WireReader::text));
        bus.registerCodec(new BusCodec<HandedOver>(
                SESSION_CODEC,
                (out, handedOver) -> out.optionalText(handedOver.session()),
                in -> new HandedOver(in.optionalText())));
        bus.registerCodec(new BusCodec<JsonObject>(
                JSON_CODEC, (out, json) -> out.text(json.encode()), in -> new JsonObject(in.text())));
    }

    private static <T extends Listed> BusCodec<Part<T>> parts(
            String name, BiConsumer<WireWriter, T> writer, Function<WireReader, T> reader) {
        return new BusCodec<>(name, (out, part) -> writePart(out, part, writer), in -> readPart(in, reader));
    }

    private static <T extends Listed> void writePart(WireWriter out, Part<T> part, BiConsumer<WireWriter, T> writer) {
        out.list(part.items(), writer).optionalText(part.end());
    }

    private static <T extends Listed> Part<T> readPart(WireReader in, Function<WireReader, T> reader) {
        return new Part<>(in.list(reader), in.optionalText());
    }

    /** For messages that never leave their node. */
    private static <T> BusCodec<T> local(String name) {
        return new BusCodec<>(
                name,
                (out, message) -> {
                    throw new IllegalStateException(name + " stays on its node");
                },
                in -> {
                    throw new IllegalStateException(name + " stays on its node");
                });
    }

    /** Asks every loop of every node, and waits for all of them or their time-out. Never fails. */
    public static <Q, A> Future<Gathered<A>> askAll(Vertx vertx, Nodes nodes, Endpoint<Q, A> endpoint, Q question) {
        return askAll(nodes, (node, loop) -> endpoint.ask(vertx, node, loop, question));
    }

    /** Asks loop 0 of every node, as {@link #askAll} does. */
    public static <Q, A> Future<Gathered<A>> askNodes(Vertx vertx, Nodes nodes, Endpoint<Q, A> endpoint, Q question) {
        return ask(nodes, node -> List.of(0), (node, loop) -> endpoint.ask(vertx, node, loop, question));
    }

    /** Asks the loop in charge of a room on every node, as {@link #askAll} does. */
    public static <Q, A> Future<Gathered<A>> askRoom(
            Vertx vertx, Nodes nodes, RoomName room, Endpoint<Q, A> endpoint, Q question) {
        return ask(
                nodes,
                node -> List.of(loopOf(room, node.loops())),
                (node, loop) -> endpoint.ask(vertx, node, loop, question));
    }

    /** One question to one loop of one node. */
    interface Asking<A> {
        Future<A> ask(String node, int loop);
    }

    static <A> Future<Gathered<A>> askAll(Nodes nodes, Asking<A> asking) {
        return ask(nodes, node -> IntStream.range(0, node.loops()).boxed().toList(), asking);
    }

    private static <A> Future<Gathered<A>> ask(Nodes nodes, Function<NodeRef, List<Integer>> loops, Asking<A> asking) {
        List<NodeRef> everyone = new ArrayList<>(nodes.peers());
        everyone.add(nodes.self());
        List<Future<A>> asked = new ArrayList<>();
        List<String> nodeOf = new ArrayList<>();
        for (NodeRef node : everyone) {
            for (int loop : loops.apply(node)) {
                asked.add(asking.ask(node.id(), loop));
                nodeOf.add(node.id());
            }
        }
        return Future.join(asked).transform(done -> {
            List<A> answers = new ArrayList<>();
            Set<String> missing = new LinkedHashSet<>();
            for (int i = 0; i < asked.size(); i++) {
                if (asked.get(i).succeeded()) {
                    answers.add(asked.get(i).result());
                } else {
                    missing.add(nodeOf.get(i));
                }
            }
            return Future.succeededFuture(new Gathered<>(answers, missing));
        });
    }
}
