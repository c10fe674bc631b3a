package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.LoopStats;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Member;
import dev.fanfara.room.PresenceChange;
import dev.fanfara.room.PublishKeys;
import dev.fanfara.settings.LiveSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The room service of one event loop: decides the order of what its rooms say, and tells the loops of this node and the
 * other nodes that have members. {@link PeerExchange} does its talking to other nodes.
 */
public final class BroadcastVerticle extends VerticleBase implements RoomMessage.Receiver {
    /** Above so many members, single joins and leaves drown everybody; they get the whole presence at intervals. */
    private static final int SINGLE_CHANGES_UP_TO = 100;
    /** Above so many, even that is too much to repeat to everybody: the count remains, and the list on request. */
    private static final int MEMBER_LISTS_UP_TO = 500;

    /** In one answer; as many as one page of the HTTP API's lists. */
    private static final int MEMBERS_TOLD_AT_MOST = 1_000;
    /** Rooms that may hold idempotency keys on one loop: keys outlive the room's members. */
    private static final int MAX_KEYED_ROOMS = 50_000;

    private static final long SWEEP_MS = 1_000;
    /** A room that its last member left stays subscribed for a while: churn must not become cluster traffic. */
    private static final long LINGER_NANOS = 5_000_000_000L;

    private final Nodes nodes;
    private final int loop;
    private final LiveSettings settings;
    private final GatewayMetrics metrics;

    /** All below: touched only by this verticle's event loop. */
    private final Map<RoomName, HostedRoom> rooms = new HashMap<>();

    private final Map<RoomName, PublishKeys> keys = new HashMap<>();
    private final Set<HostedRoom> untold = new HashSet<>();
    private final String[] edges;
    final PeerExchange peers;
    private long lives;

    public BroadcastVerticle(Nodes nodes, int loop, LiveSettings settings, GatewayMetrics metrics) {
        this.nodes = nodes;
        this.loop = loop;
        this.settings = settings;
        this.metrics = metrics;
        this.edges = new String[nodes.self().loops()];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = Addresses.EDGE.address(nodes.self().id(), i);
        }
        this.peers = new PeerExchange(this, nodes, loop, metrics);
    }

    @Override
    public Future<?> start() {
        String self = nodes.self().id();
        vertx.setPeriodic(SWEEP_MS, timer -> sweep(System.nanoTime()));
        settings.onChange(context, changed -> adoptRules());
        return Future.all(
                Addresses.ROOM.hear(vertx, self, loop, command -> command.dispatch(this)),
                Addresses.PUBLISH.serve(vertx, self, loop, this::publish),
                Addresses.ROOM_STATS.serve(vertx, self, loop, question -> Future.succeededFuture(stats())),
                peers.start(context));
    }

    /**
     * Completes when every other node knows this one and has said which rooms it wants copies of; then clients may come.
     * Event loop only.
     */
    public Future<Void> synchronize() {
        return peers.synchronize();
    }

    /** Nothing more comes to this node after it. Event loop only. */
    public void sayGoodbye() {
        peers.sayGoodbye();
    }

    /** The cluster lost a node. Event loop only. */
    public void forget(String node) {
        peers.forget(node);
        rooms.values().forEach(hosted -> announce(hosted, hosted.room.forget(node), null));
    }

    /** Where a rule changed what members learn of each other, the nodes tell and ask each other again. */
    private void adoptRules() {
        for (HostedRoom hosted : rooms.values()) {
            PresenceMode now = rules().ruleFor(hosted.name).presence();
            if (now != hosted.presence) {
                hosted.presence = now;
                hosted.room.forgetUsers();
                hosted.room.retell();
                tellPeersLater(hosted);
                peers.askRosters(hosted);
            }
        }
    }

    private GatewayConfig rules() {
        return settings.current().config();
    }

    @Override
    public void onJoin(RoomMessage.Join join) {
        HostedRoom hosted = rooms.get(join.room());
        if (hosted == null) {
            if (rooms.size() >= Math.max(1, rules().limits().roomsPerNode() / edges.length)) {
                Refusal full = new Refusal(ErrorCode.LIMIT, "This node has as many rooms as it may have");
                tellEdge(join.loop(), new EdgeMessage.JoinRefused(join.room(), join.connection(), join.ticket(), full));
                return;
            }
            hosted = open(join.room());
        }
        if (hosted.subscribing) {
            hosted.waiting.add(join);
        } else {
            admit(hosted, join);
        }
    }

    private HostedRoom open(RoomName name) {
        HostedRoom hosted = new HostedRoom(name, rules().ruleFor(name).presence(), edges.length, ++lives << 32);
        rooms.put(name, hosted);
        peers.subscribe(hosted).onSuccess(done -> {
            hosted.subscribing = false;
            hosted.emptySinceNanos = System.nanoTime();
            hosted.waiting.forEach(join -> admit(hosted, join));
            hosted.waiting.clear();
        });
        return hosted;
    }

    private void admit(HostedRoom hosted, RoomMessage.Join join) {
        PresenceChange change = hosted.room.join(join.connection(), new Member(join.loop(), join.user()));
        metrics.members(1);
        if (hosted.room.localCount() == 1) {
            metrics.rooms(1);
        }
        Integer members = hosted.presence == PresenceMode.NONE ? null : change.count();
        tellEdge(join.loop(), new EdgeMessage.Joined(join.room(), join.connection(), join.ticket(), members));
        announce(hosted, List.of(change), join.connection());
        tellPeersLater(hosted);
    }

    @Override
    public void onLeave(RoomMessage.Leave leave) {
        HostedRoom hosted = rooms.get(leave.room());
        if (hosted == null || hosted.waiting.removeIf(join -> join.connection().equals(leave.connection()))) {
            return;
        }
        PresenceChange change = hosted.room.leave(leave.connection());
        if (change == null) {
            return;
        }
        metrics.members(-1);
        if (hosted.room.localCount() == 0) {
            metrics.rooms(-1);
        }
        if (hosted.isEmpty()) {
            hosted.emptySinceNanos = System.nanoTime();
        }
        announce(hosted, List.of(change), null);
        tellPeersLater(hosted);
    }

    @Override
    public void onPublish(RoomMessage.Publish publish) {
        try {
            boolean duplicate = isRepeat(publish.room(), publish.key(), publish.payload());
            if (!duplicate) {
                deliver(
                        publish.room(),
                        publish.user(),
                        publish.payload(),
                        publish.echo() ? null : publish.connection(),
                        publish.acceptedNanos());
            }
            if (publish.id() != null) {
                reply(publish, new ServerMessage.Ack(publish.id(), publish.room(), null, duplicate, null));
            }
        } catch (Refusal refusal) {
            reply(publish, new ServerMessage.Error(publish.id(), refusal));
        }
    }

    private void reply(RoomMessage.Publish publish, ServerMessage message) {
        tellEdge(publish.loop(), new EdgeMessage.Reply(publish.room(), publish.connection(), message));
    }

    private Future<Published> publish(PublishRequest request) {
        boolean duplicate = isRepeat(request.room(), request.key(), request.payload());
        if (!duplicate) {
            deliver(request.room(), request.user(), request.payload(), null, request.acceptedNanos());
        }
        return Future.succeededFuture(new Published(duplicate, null));
    }

    private boolean isRepeat(RoomName room, @Nullable String key, Payload payload) {
        if (key == null) {
            return false;
        }
        if (keys.size() >= MAX_KEYED_ROOMS && !keys.containsKey(room)) {
            throw new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", PublishKeys.LIFE);
        }
        return keys.computeIfAbsent(room, name -> new PublishKeys()).isRepeat(key, payload, System.nanoTime());
    }

    private void deliver(
            RoomName room, @Nullable String user, Payload payload, @Nullable ConnectionId except, long acceptedNanos) {
        metrics.published();
        long timestamp = System.currentTimeMillis();
        deliverHere(
                room,
                new SharedMessage(new ServerMessage.Message(room, user, payload, timestamp, 0), acceptedNanos),
                except);
        peers.forward(room, user, payload, timestamp);
    }

    /** A publication that another node took. */
    void deliverForwarded(Forwarded publication) {
        ServerMessage message = new ServerMessage.Message(
                publication.room(), publication.user(), publication.payload(), publication.timestamp(), 0);
        deliverHere(publication.room(), new SharedMessage(message, 0), null);
    }

    private void deliverHere(RoomName room, SharedMessage message, @Nullable ConnectionId except) {
        HostedRoom hosted = rooms.get(room);
        if (hosted == null) {
            return;
        }
        EdgeMessage deliver = new EdgeMessage.Deliver(room, message, except);
        for (int i = 0; i < edges.length; i++) {
            if (hosted.room.hasMembersOn(i)) {
                tellEdge(i, deliver);
            }
        }
    }

    @Override
    public void onAskPresence(RoomMessage.AskPresence question) {
        HostedRoom hosted = rooms.get(question.room());
        PresenceMode mode = hosted == null ? rules().ruleFor(question.room()).presence() : hosted.presence;
        ServerMessage answer;
        if (mode == PresenceMode.NONE) {
            answer = new ServerMessage.Error(
                    question.id(), new Refusal(ErrorCode.BAD_REQUEST, "This room has no presence"));
        } else if (hosted == null) {
            answer = new ServerMessage.Presence(
                    question.id(), question.room(), 0, mode == PresenceMode.FULL ? List.of() : null);
        } else {
            answer = new ServerMessage.Presence(
                    question.id(),
                    question.room(),
                    hosted.room.count(),
                    mode == PresenceMode.FULL ? hosted.room.presentUsers(MEMBERS_TOLD_AT_MOST) : null);
        }
        tellEdge(question.loop(), new EdgeMessage.Reply(question.room(), question.connection(), answer));
    }

    /** Tells this node's members who came and went; {@code self} does not hear of its own coming. */
    void announce(HostedRoom hosted, List<PresenceChange> changes, @Nullable ConnectionId self) {
        if (changes.isEmpty() || hosted.room.localCount() == 0 || hosted.presence != PresenceMode.FULL) {
            return;
        }
        long timestamp = System.currentTimeMillis();
        for (PresenceChange change : changes) {
            if (change.count() > SINGLE_CHANGES_UP_TO) {
                hosted.presenceDue = true;
            } else {
                deliverHere(hosted.name, new SharedMessage(message(hosted.name, change, timestamp), 0), self);
            }
        }
    }

    private static ServerMessage message(RoomName room, PresenceChange change, long timestamp) {
        return new ServerMessage.MemberChange(
                change.joined(), room, change.user(), change.connection(), change.count(), timestamp);
    }

    @Nullable
    HostedRoom hosted(RoomName room) {
        return rooms.get(room);
    }

    /** A view: it changes as rooms open and close. */
    Set<RoomName> hostedNames() {
        return Collections.unmodifiableSet(rooms.keySet());
    }

    /** Many joins in one turn of the event loop become one message per node. */
    private void tellPeersLater(HostedRoom hosted) {
        if (untold.isEmpty()) {
            context.runOnContext(turn -> {
                List<HostedRoom> changed = List.copyOf(untold);
                untold.clear();
                changed.forEach(peers::tellRosterChange);
            });
        }
        untold.add(hosted);
    }

    /** {@code now} is {@link System#nanoTime}. */
    void sweep(long now) {
        List<RoomName> closed = new ArrayList<>();
        for (Iterator<HostedRoom> each = rooms.values().iterator(); each.hasNext(); ) {
            HostedRoom hosted = each.next();
            if (hosted.presenceDue) {
                hosted.presenceDue = false;
                deliverHere(hosted.name, new SharedMessage(presenceFrame(hosted), 0), null);
            }
            if (!hosted.subscribing && hosted.isEmpty() && now - hosted.emptySinceNanos > LINGER_NANOS) {
                each.remove();
                closed.add(hosted.name);
            }
        }
        peers.unsubscribe(closed);
        keys.values().removeIf(room -> {
            room.expire(now);
            return room.isEmpty();
        });
    }

    private static ServerMessage presenceFrame(HostedRoom hosted) {
        int count = hosted.room.count();
        return new ServerMessage.Presence(
                null,
                hosted.name,
                count,
                count <= MEMBER_LISTS_UP_TO ? hosted.room.presentUsers(MEMBERS_TOLD_AT_MOST) : null);
    }

    private LoopStats stats() {
        int counted = 0;
        for (HostedRoom hosted : rooms.values()) {
            // A node that lingers in a room it would count still does, for the others who have members.
            if ((hosted.room.localCount() > 0 || peers.isWantedElsewhere(hosted.name))
                    && peers.isCountedHere(hosted.name)) {
                counted++;
            }
        }
        return new LoopStats(0, counted, 0, 0);
    }

    private void tellEdge(int edge, EdgeMessage message) {
        Addresses.EDGE.tellLocal(vertx, edges[edge], message);
    }
}
