package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.LoopStats;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.Place;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.bus.StateAnswer;
import dev.fanfara.bus.StateRequest;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.config.RoomRule;
import dev.fanfara.log.RoomLogs;
import dev.fanfara.memory.Heap;
import dev.fanfara.memory.Intake;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Member;
import dev.fanfara.room.PresenceChange;
import dev.fanfara.settings.LiveSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The room service of one event loop: decides the order of what its rooms say, and tells the loops of this node and the
 * other nodes that have members. {@link PeerExchange} does its talking to other nodes.
 */
public final class BroadcastVerticle extends VerticleBase implements RoomMessage.Receiver {
    /** Above so many members, single joins and leaves drown everybody; they get the whole presence at intervals. */
    private static final int SINGLE_CHANGES_UP_TO = 100;
    /** Of one room, after a quiet while: as many as fill a room of that size and empty it again. */
    static final int SINGLE_CHANGES_IN_A_BURST = 2 * SINGLE_CHANGES_UP_TO;

    static final int SINGLE_CHANGES_A_SECOND = 20;
    /** Above so many, even that is too much to repeat to everybody: the count remains, and the list on request. */
    private static final int MEMBER_LISTS_UP_TO = 500;

    /** In one answer; as many as one page of the HTTP API's lists. */
    private static final int MEMBERS_TOLD_AT_MOST = 1_000;

    private static final long SWEEP_MS = 1_000;
    /** In rooms whose members are told at intervals only, nodes need not tell each other of every turn of a loop. */
    private static final long TELL_CROWDS_MS = 250;
    /** A room that its last member left stays subscribed for a while: churn must not become cluster traffic. */
    static final long LINGER_NANOS = 5_000_000_000L;

    private final Nodes nodes;
    private final int loop;
    private final LiveSettings settings;
    private final Memory memory;
    private final GatewayMetrics metrics;

    /** All below: touched only by this verticle's event loop. */
    private final Map<RoomName, HostedRoom> rooms = new HashMap<>();

    private final Set<HostedRoom> untold = new HashSet<>();
    private final Set<HostedRoom> untoldCrowds = new HashSet<>();
    private final String[] edges;
    private final Occupancy occupancy;
    final PeerExchange peers;
    private final Supplier<RoomLogs> logs;
    private final PlainRooms plainRooms;
    private @Nullable LogRooms logRooms;
    private long lives;

    /** @param logs called once, on this verticle's event loop */
    public BroadcastVerticle(
            Nodes nodes,
            int loop,
            LiveSettings settings,
            Supplier<RoomLogs> logs,
            RoomEvents events,
            Memory memory,
            GatewayMetrics metrics) {
        this.nodes = nodes;
        this.loop = loop;
        this.settings = settings;
        this.memory = memory;
        this.metrics = metrics;
        this.edges = new String[nodes.self().loops()];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = Addresses.EDGE.address(nodes.self().id(), i);
        }
        this.occupancy = new Occupancy(rooms::containsKey, events, System::nanoTime);
        this.peers = new PeerExchange(this, nodes, loop, metrics);
        this.logs = logs;
        this.plainRooms = new PlainRooms(this, memory.heap(), metrics);
    }

    @Override
    public Future<?> start() {
        String self = nodes.self().id();
        vertx.setPeriodic(SWEEP_MS, timer -> sweep(System.nanoTime()));
        settings.onChange(context, changed -> adoptRules());
        logRooms = new LogRooms(this, logs.get(), nodes.self().id(), vertx, memory, metrics);
        return Future.all(List.of(
                Addresses.ROOM.hear(vertx, self, loop, command -> command.dispatch(this)),
                Addresses.PUBLISH.serve(vertx, self, loop, this::publish),
                Addresses.HISTORY.serve(vertx, self, loop, this::history),
                Addresses.STATE.serve(vertx, self, loop, this::state),
                Addresses.ROOM_STATS.serve(vertx, self, loop, question -> Future.succeededFuture(stats())),
                new RoomLists(this, context, settings).start(self, loop),
                peers.start(context)));
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
        logRooms().reconcile();
    }

    /** The cluster this node is in is another than before. Event loop only. */
    public void merged() {
        logRooms().reconcile();
    }

    /** Where a rule changed what members learn of each other, the nodes tell and ask each other again. */
    private void adoptRules() {
        for (HostedRoom hosted : rooms.values()) {
            RoomRule rule = rules().ruleFor(hosted.name);
            logRooms().adopt(hosted, rule);
            PresenceMode now = rule.presence();
            if (now != hosted.presence) {
                hosted.presence = now;
                hosted.room.forgetUsers();
                hosted.room.retell();
                tellPeersLater(hosted);
                peers.askRosters(hosted);
            }
        }
    }

    private LogRooms logRooms() {
        if (logRooms == null) {
            throw new IllegalStateException("not started");
        }
        return logRooms;
    }

    private GatewayConfig rules() {
        return settings.current().config();
    }

    @Override
    public void onJoin(RoomMessage.Join join) {
        HostedRoom hosted = rooms.get(join.room());
        if (hosted == null) {
            if (rooms.size() >= Math.max(1, rules().limits().roomsPerNode() / edges.length)) {
                refuse(join, new Refusal(ErrorCode.LIMIT, "This node has as many rooms as it may have"));
                return;
            }
            if (memory.heap().isLow() && rules().ruleFor(join.room()).keepsHistory()) {
                metrics.refusedForMemory();
                refuse(join, Heap.refusal());
                return;
            }
            open(join);
        } else if (hosted.opening) {
            hosted.waiting.add(join);
        } else if (logRooms().isAhead(hosted, join)) {
            hosted.waiting.add(join);
            logRooms().catchUp(hosted).onComplete(done -> {
                if (!hosted.waiting.remove(join)) {
                    return;
                }
                if (done.succeeded() || !logRooms().isAhead(hosted, join)) {
                    admit(hosted, join);
                } else {
                    // What is known here would put the member back.
                    refuse(join, Refusal.of(done.cause()));
                }
            });
        } else {
            admit(hosted, join);
        }
    }

    /** For the first member, and whoever comes while the room is opening. */
    private void open(RoomMessage.Join first) {
        RoomName name = first.room();
        RoomRule rule = rules().ruleFor(name);
        HostedRoom hosted = new HostedRoom(name, rule, edges.length, ++lives << 32);
        Tail tail = rule.keepsHistory() ? new Tail(hosted, Tail.keeping(rule)) : null;
        hosted.tail = tail;
        hosted.waiting.add(first);
        occupancy.hosted(name, peers.isWantedElsewhere(name));
        rooms.put(name, hosted);
        peers.subscribe(hosted)
                .compose(done ->
                        tail == null ? Future.succeededFuture() : logRooms().open(tail))
                .onComplete(done -> {
                    hosted.opening = false;
                    hosted.emptySinceNanos = System.nanoTime();
                    List<RoomMessage.Join> waiting = List.copyOf(hosted.waiting);
                    hosted.waiting.clear();
                    if (done.failed()) {
                        Refusal refusal = Refusal.of(done.cause());
                        waiting.forEach(join -> refuse(join, refusal));
                        rooms.remove(name);
                        close(List.of(hosted));
                        return;
                    }
                    logRooms().adopt(hosted, rules().ruleFor(name));
                    waiting.forEach(join -> admit(hosted, join));
                });
    }

    private void refuse(RoomMessage.Join join, Refusal refusal) {
        tellEdge(join.loop(), new EdgeMessage.JoinRefused(join.room(), join.connection(), join.ticket(), refusal));
    }

    /** They are no longer among the rooms. */
    private void close(List<HostedRoom> closed) {
        for (HostedRoom hosted : closed) {
            occupancy.closed(hosted.name, peers.isWantedElsewhere(hosted.name));
            if (hosted.tail != null) {
                logRooms().close(hosted.tail);
                hosted.tail = null;
            }
        }
        peers.unsubscribe(closed.stream().map(hosted -> hosted.name).toList());
    }

    private void admit(HostedRoom hosted, RoomMessage.Join join) {
        Member member = new Member(join.loop(), join.user(), join.unseen());
        PresenceChange change = hosted.room.join(join.connection(), member);
        metrics.members(1);
        if (hosted.room.localCount() == 1) {
            metrics.rooms(1);
        }
        tellEdge(
                join.loop(),
                new EdgeMessage.Joined(
                        join.room(),
                        join.connection(),
                        join.ticket(),
                        hosted.countToTell(),
                        logRooms().admit(hosted, join)));
        if (change != null) {
            announce(hosted, List.of(change), join.connection());
            tellPeersLater(hosted);
        }
    }

    @Override
    public void onLeave(RoomMessage.Leave leave) {
        HostedRoom hosted = rooms.get(leave.room());
        if (hosted == null || hosted.waiting.removeIf(join -> join.connection().equals(leave.connection()))) {
            return;
        }
        if (!hosted.room.isMember(leave.connection())) {
            // A leave may follow a join that was refused.
            return;
        }
        PresenceChange change = hosted.room.leave(leave.connection());
        metrics.members(-1);
        logRooms().left(hosted, leave.connection());
        if (hosted.room.localCount() == 0) {
            metrics.rooms(-1);
        }
        if (hosted.isEmpty()) {
            hosted.emptySinceNanos = System.nanoTime();
        }
        if (change != null) {
            announce(hosted, List.of(change), null);
            tellPeersLater(hosted);
        }
    }

    @Override
    public void onPublish(RoomMessage.Publish publish) {
        boolean overdue = memory.intake().isOverdue(publish.acceptedNanos());
        memory.intake().giveBack(Intake.weight(publish.payload()));
        try {
            refuseIf(overdue);
            Keeping keeping = keeping(publish.room());
            if (keeping != null) {
                logRooms().publish(publish, keeping);
                return;
            }
            plainRooms.publish(publish);
        } catch (Refusal refusal) {
            ServerMessage error = new ServerMessage.Error(publish.id(), refusal);
            tellEdge(publish.loop(), new EdgeMessage.Reply(publish.room(), publish.connection(), error));
        }
    }

    /** What a room is to remember; null if nothing. */
    private @Nullable Keeping keeping(RoomName room) {
        HostedRoom hosted = rooms.get(room);
        if (hosted != null) {
            return hosted.tail == null ? null : hosted.tail.keeping;
        }
        RoomRule rule = rules().ruleFor(room);
        return rule.keepsHistory() ? Tail.keeping(rule) : null;
    }

    private Keeping required(RoomName room) {
        Keeping keeping = keeping(room);
        if (keeping == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "This room keeps no history");
        }
        return keeping;
    }

    private Future<HistoryAnswer> history(HistoryRequest request) {
        return logRooms().history(request, required(request.room()));
    }

    private Future<StateAnswer> state(StateRequest request) {
        return logRooms().state(request.room(), required(request.room()));
    }

    @Override
    public void onAskHistory(RoomMessage.AskHistory question) {
        try {
            logRooms().answerHistory(question, required(question.room()));
        } catch (Refusal refusal) {
            ServerMessage answer = new ServerMessage.Error(question.id(), refusal);
            tellEdge(question.loop(), new EdgeMessage.Reply(question.room(), question.connection(), answer));
        }
    }

    @Override
    public void onRefresh(RoomMessage.Refresh refresh) {
        HostedRoom hosted = rooms.get(refresh.room());
        if (hosted != null) {
            logRooms().refresh(hosted, refresh);
        }
    }

    private void refuseIf(boolean overdue) {
        if (overdue) {
            metrics.refusedForMemory();
            throw Intake.refusal();
        }
    }

    private Future<Published> publish(PublishRequest request) {
        refuseIf(memory.intake().isOverdue(request.acceptedNanos()));
        Keeping keeping = keeping(request.room());
        if (keeping != null) {
            return logRooms().publish(request, keeping);
        }
        return Future.succeededFuture(plainRooms.publish(request));
    }

    /** To the other nodes that have members. */
    void forward(Forwarded publication) {
        peers.forward(publication);
    }

    /** A publication that another node took. */
    void deliverForwarded(Forwarded publication) {
        Place place = publication.place();
        HostedRoom hosted = rooms.get(publication.room());
        if (place != null && hosted != null && hosted.tail != null) {
            logRooms().arrived(hosted.tail, publication, place);
            return;
        }
        plainRooms.arrived(publication);
    }

    /** A publication of a room that remembers nothing, to all members on this node but one. */
    void say(RoomName room, SharedMessage message, @Nullable ConnectionId except) {
        HostedRoom hosted = rooms.get(room);
        if (hosted != null) {
            hosted.activity.heard();
            deliverHere(hosted, message, except);
        }
    }

    private void deliverHere(HostedRoom hosted, SharedMessage message, @Nullable ConnectionId except) {
        deliver(hosted, hosted.everyFrame, message, except);
        if (hosted.tail != null) {
            for (RateGroup group : hosted.tail.groups.values()) {
                if (!group.isPaused()) {
                    deliver(hosted, group.channel, message, except);
                }
            }
        }
    }

    /** To the members of one channel. */
    void deliver(HostedRoom hosted, Channel channel, SharedMessage message, @Nullable ConnectionId except) {
        int loops = tellEdges(hosted, new EdgeMessage.Deliver(channel, message, except));
        // Each gives it back: a loop with many members takes longer over it than a room's loop.
        memory.intake().add((long) loops * message.weight());
    }

    void closeMembers(HostedRoom hosted, CloseReason reason) {
        tellEdges(hosted, new EdgeMessage.CloseMembers(hosted.everyFrame, reason));
    }

    /** How many loops have members. */
    private int tellEdges(HostedRoom hosted, EdgeMessage message) {
        int told = 0;
        for (int i = 0; i < edges.length; i++) {
            if (hosted.room.hasMembersOn(i)) {
                tellEdge(i, message);
                told++;
            }
        }
        return told;
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

    /**
     * Tells this node's members who came and went; {@code self} does not hear of its own coming. What one event brought,
     * such as the end of a node, is told one by one or not at all; and when some of it is only to be seen in the next
     * {@code presence}, so is all until then.
     */
    void announce(HostedRoom hosted, List<PresenceChange> changes, @Nullable ConnectionId self) {
        if (changes.isEmpty() || hosted.room.localCount() == 0 || hosted.presence != PresenceMode.FULL) {
            return;
        }
        if (hosted.presenceDue
                || changes.stream().anyMatch(change -> change.count() > SINGLE_CHANGES_UP_TO)
                || !hosted.singleChanges.tryTake(changes.size(), System.nanoTime())) {
            hosted.presenceDue = true;
            return;
        }
        long timestamp = System.currentTimeMillis();
        for (PresenceChange change : changes) {
            deliverHere(hosted, new SharedMessage(message(hosted.name, change, timestamp), 0), self);
        }
    }

    private static ServerMessage message(RoomName room, PresenceChange change, long timestamp) {
        return new ServerMessage.MemberChange(
                change.joined(), room, change.user(), change.connection(), change.count(), timestamp);
    }

    Occupancy occupancy() {
        return occupancy;
    }

    @Nullable
    HostedRoom hosted(RoomName room) {
        return rooms.get(room);
    }

    /** A view: it changes as rooms open and close. */
    Collection<HostedRoom> hostedRooms() {
        return Collections.unmodifiableCollection(rooms.values());
    }

    /** As of now: the ends of the rooms that remember. */
    List<Tail> tails() {
        List<Tail> tails = new ArrayList<>();
        for (HostedRoom hosted : rooms.values()) {
            if (hosted.tail != null) {
                tails.add(hosted.tail);
            }
        }
        return tails;
    }

    /** In bytes; a member that gets more at once would be closed for its slowness. */
    long mostInOneAnswer() {
        return rules().connections().outboundBudget() / 2;
    }

    /** A view: it changes as rooms open and close. */
    Set<RoomName> hostedNames() {
        return Collections.unmodifiableSet(rooms.keySet());
    }

    /** Many joins in one turn of the event loop become one message per node; in large rooms, many in more than a turn. */
    private void tellPeersLater(HostedRoom hosted) {
        if (hosted.room.count() > SINGLE_CHANGES_UP_TO) {
            if (untoldCrowds.isEmpty()) {
                vertx.setTimer(TELL_CROWDS_MS, timer -> tellPeers(untoldCrowds));
            }
            untoldCrowds.add(hosted);
        } else {
            if (untold.isEmpty()) {
                context.runOnContext(turn -> tellPeers(untold));
            }
            untold.add(hosted);
        }
    }

    private void tellPeers(Set<HostedRoom> rooms) {
        List<HostedRoom> changed = List.copyOf(rooms);
        rooms.clear();
        changed.forEach(peers::tellRosterChange);
    }

    /** {@code now} is {@link System#nanoTime}. */
    void sweep(long now) {
        List<HostedRoom> closed = new ArrayList<>();
        for (Iterator<HostedRoom> each = rooms.values().iterator(); each.hasNext(); ) {
            HostedRoom hosted = each.next();
            if (hosted.presenceDue) {
                hosted.presenceDue = false;
                deliverHere(hosted, new SharedMessage(presenceFrame(hosted), 0), null);
            }
            if (!hosted.opening && hosted.isEmpty() && now - hosted.emptySinceNanos > LINGER_NANOS) {
                each.remove();
                closed.add(hosted);
            }
        }
        close(closed);
        occupancy.review();
        plainRooms.sweep(now);
        logRooms().sweep();
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

    void tellEdge(int edge, EdgeMessage message) {
        Addresses.EDGE.tellLocal(vertx, edges[edge], message);
    }
}
