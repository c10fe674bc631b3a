package dev.fanfara.connection;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.Revocations;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.Announcer;
import dev.fanfara.bus.LoopStats;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop. Everything here is touched only by that loop, so there is not a lock in the way of
 * a message.
 *
 * <p>What rooms have to say reaches {@link Memberships}; {@link Audience} gathers it, and {@link #endTurn} writes it: once
 * per connection and turn of the loop.
 */
public final class ConnectionVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionVerticle.class);

    /** What may wait for slow clients when memory is nearly spent: so large a part of the limit, as divisor. */
    private static final int SHED_TO = 8;

    private final Nodes nodes;
    private final int loop;
    private final LiveSettings settings;
    private final RoomsPerUser roomsPerUser;
    private final Backlog backlog;
    private final Memory memory;
    private final Announcer announcer;
    private final String version;
    private final GatewayMetrics metrics;
    private final Hooks hooks;
    private final Sessions sessions;
    private final Chronicle chronicle = new Chronicle();
    private final Announced announced = new Announced();

    private final Map<ConnectionId, Connection> connections = new HashMap<>();
    /** The connections of each user; nearly always one. */
    private final Map<String, Collection<Connection>> byUser = new HashMap<>();

    private final Memberships memberships;
    private @Nullable Administration administration;
    private final Deadlines heartbeats = new Deadlines();
    private final Deadlines expiries = new Deadlines();
    private final Endings endings = new Endings();
    private final Closings closings = new Closings();

    private List<Audience> toDeliver = new ArrayList<>();
    private List<Connection> toFlush = new ArrayList<>();
    /** They got something, and are to be told where that leaves them. */
    private List<Connection> movedOn = new ArrayList<>();

    private boolean turnWillEnd;
    private boolean isDelivering;
    private long rounds;
    private boolean roundWillEnd;
    /** The configuration the connections were last checked against. */
    private GatewayConfig authorizedBy;

    private long messagesReceived;
    private long messagesSent;
    private long lastTickNanos = System.nanoTime();
    private @Nullable Drain drain;
    private boolean cutOff;

    public ConnectionVerticle(
            Nodes nodes,
            int loop,
            LiveSettings settings,
            RoomsPerUser roomsPerUser,
            OutboundPerNode outboundPerNode,
            Memory memory,
            GatewayMetrics metrics,
            Hooks hooks,
            Sessions sessions,
            String version) {
        this.nodes = nodes;
        this.loop = loop;
        this.settings = settings;
        this.roomsPerUser = roomsPerUser;
        this.backlog = new Backlog(outboundPerNode, loop, metrics);
        this.memory = memory;
        this.announcer = new Announcer(nodes, metrics);
        this.version = version;
        this.authorizedBy = settings.current().config();
        this.metrics = metrics;
        this.hooks = hooks;
        this.sessions = sessions;
        this.memberships = new Memberships(this, nodes.self(), loop);
    }

    @Override
    public Future<?> start() {
        String self = nodes.self().id();
        administration = new Administration(this, context, self);
        settings.onChange(context, this::reauthorize);
        vertx.setPeriodic(Deadlines.TICK_MS, timer -> tick());
        return Future.all(
                Addresses.EDGE.hear(vertx, self, loop, message -> message.dispatch(memberships)),
                Addresses.ANNOUNCE.serve(vertx, self, loop, said -> Future.succeededFuture(onAnnouncement(said))),
                administration.start(loop),
                loop == 0 ? sessions.serve(vertx) : Future.succeededFuture(),
                Addresses.EDGE_STATS.serve(vertx, self, loop, question -> Future.succeededFuture(stats())));
    }

    private void reauthorize(Settings changed) {
        GatewayConfig before = authorizedBy;
        authorizedBy = changed.config();
        boolean sameRights = before.auth().equals(authorizedBy.auth())
                && before.rooms().equals(authorizedBy.rooms())
                && before.demo() == authorizedBy.demo();
        if (!sameRights) {
            memberships.adoptRules();
            List.copyOf(connections.values()).forEach(Connection::reauthorize);
        }
    }

    // Connections come and go

    /**
     * A transport brings a client that may enter. Event loop only.
     *
     * @param address where it is, as limits count it
     * @param onEnd runs once, when it is gone
     */
    public Connection open(Outbound out, Identity identity, String address, Runnable onEnd) {
        return open(out, ConnectionId.random(), identity, address, null, onEnd);
    }

    /**
     * The same for one whose client may be recovered, or comes back for a connection that it had: then that is its id.
     *
     * @param key under which its session is kept when its client is cut off; null for none
     */
    public Connection open(
            Outbound out, ConnectionId id, Identity identity, String address, @Nullable String key, Runnable onEnd) {
        Connection connection = new Connection(this, id, out, identity, address, onEnd);
        if (key != null) {
            connection.mayBeRecovered(key);
        }
        connections.put(connection.id(), connection);
        index(connection);
        metrics.connectionOpened(out.format().transport());
        hooks.events().connected(connection.id(), identity.user(), out.format().transport(), address);
        if (!connection.format().watchesClients()) {
            watch(connection, configInForce().connections().heartbeat());
        }
        watchExpiry(connection);
        connection.greet(new ServerMessage.Welcome(
                connection.id(),
                identity.user(),
                nodes.self().id(),
                configInForce().connections().heartbeat().toMillis(),
                version));
        if (drain != null) {
            // Its upgrade was under way when the drain began.
            drain.sendAway(connection);
        } else if (cutOff) {
            connection.close(CloseReason.NO_MAJORITY);
        } else if (revocations().refuse(identity)) {
            // Since its token was looked at.
            connection.close(CloseReason.TOKEN_REVOKED);
        }
        return connection;
    }

    void ended(Connection connection, int code) {
        connections.remove(connection.id());
        unindex(connection);
        heartbeats.remove(connection.heartbeatTick, connection);
        expiries.remove(connection.expiryTick, connection);
        metrics.connectionClosed(connection.format().transport(), code);
    }

    Closings closings() {
        return closings;
    }

    public Hooks hooks() {
        return hooks;
    }

    void expiryChanged(Connection connection) {
        expiries.remove(connection.expiryTick, connection);
        watchExpiry(connection);
    }

    private void index(Connection connection) {
        byUser.compute(connection.identity().user(), (user, known) -> {
            if (known == null) {
                return List.of(connection);
            }
            Collection<Connection> several = known.size() == 1 ? new LinkedHashSet<>(known) : known;
            several.add(connection);
            return several;
        });
    }

    private void unindex(Connection connection) {
        byUser.computeIfPresent(connection.identity().user(), ConnectionVerticle.without(connection));
    }

    /** Null removes the user from the map. */
    @SuppressWarnings("NullAway") // the contract of Map.computeIfPresent
    private static BiFunction<String, Collection<Connection>, Collection<Connection>> without(Connection gone) {
        return (user, known) -> {
            if (known.size() == 1) {
                return known.contains(gone) ? null : known;
            }
            known.remove(gone);
            return known.size() == 1 ? List.of(known.iterator().next()) : known;
        };
    }

    // Recovery

    public Sessions sessions() {
        return sessions;
    }

    /** Whether something that goes around rooms was said to this client, or to everybody, while it was not there. */
    public boolean missedAnnouncement(SavedSession absent) {
        return announced.maySince(absent.ended(), absent.connection(), absent.user());
    }

    Chronicle chronicle() {
        return chronicle;
    }

    // Life, heartbeats, expiry

    private void watch(Connection connection, Duration after) {
        connection.heartbeatTick = Deadlines.tickAfter(monotonicMillis(), after.toMillis());
        heartbeats.add(connection.heartbeatTick, connection);
    }

    private void watchExpiry(Connection connection) {
        if (connection.identity().expires() != null) {
            long expires = connection.identity().expires().toEpochMilli()
                    + configInForce().auth().leeway().toMillis();
            connection.expiryTick = Deadlines.tickAfter(expires, 0);
            expiries.add(connection.expiryTick, connection);
        }
    }

    void isAlive(Connection connection) {
        connection.awaitsLife = false;
        heartbeats.remove(connection.heartbeatTick, connection);
        watch(connection, configInForce().connections().heartbeat());
    }

    private void tick() {
        long now = System.nanoTime();
        long late = now - lastTickNanos - TimeUnit.MILLISECONDS.toNanos(Deadlines.TICK_MS);
        lastTickNanos = now;
        metrics.eventLoopLag(loop, Duration.ofNanos(Math.max(0, late)));
        for (Connection connection : heartbeats.takeDue(monotonicMillis())) {
            if (connection.isOneWay()) {
                // Who is gone is found by the system, which gives up on what nobody acknowledges.
                connection.ping();
                watch(connection, configInForce().connections().heartbeat());
            } else if (connection.awaitsLife) {
                connection.close(CloseReason.HEARTBEAT_TIMEOUT);
            } else {
                connection.awaitsLife = true;
                connection.ping();
                watch(connection, configInForce().connections().heartbeatTimeout());
            }
        }
        expiries.takeDue(System.currentTimeMillis()).forEach(connection -> connection.close(CloseReason.TOKEN_EXPIRED));
        memberships.review(now);
        tellCursors();
        weigh();
        endings.release();
        closings.tick(System.nanoTime());
        if (drain != null) {
            drain.closeDue();
        }
    }

    /** Four times a second at most: the less often, the more comes twice to whoever comes back. */
    private void tellCursors() {
        List<Connection> moved = movedOn;
        movedOn = new ArrayList<>();
        moved.forEach(Connection::tellCursor);
    }

    void tellCursorSoon(Connection connection) {
        movedOn.add(connection);
    }

    void weigh() {
        backlog.weigh(outboundPerNode(), connections.size());
    }

    private long outboundPerNode() {
        long limit = configInForce().limits().outboundPerNode();
        return memory.heap().isCritical() ? limit / SHED_TO : limit;
    }

    /** Heartbeats must not follow a clock that is set. */
    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    // Messages to users and to everybody

    /** To all connections of the cluster, or those it names; the answer is how many got it. */
    Future<Integer> announce(Announcement announcement) {
        return announcer
                .announce(vertx, announcement)
                .map(gathered ->
                        gathered.answers().stream().mapToInt(Integer::intValue).sum());
    }

    Future<Identity> verify(String token) {
        return settings.current().tokens().verify(token);
    }

    /**
     * Whether these may be joined by somebody; each join asks again.
     *
     * @throws Refusal {@code limit}
     */
    public void requirePlaces(Identity identity, int rooms) {
        boolean counts = identity.kind() != Identity.Kind.ANONYMOUS;
        if (counts
                && !roomsPerUser.allows(
                        identity.user(), rooms, configInForce().limits().roomsPerUser())) {
            throw new Refusal(ErrorCode.LIMIT, "This user is in as many rooms as it may be");
        }
    }

    void rejected(Throwable rejected) {
        metrics.authFailed(
                rejected instanceof TokenRejected reason ? reason.reason().label() : "internal");
    }

    private int onAnnouncement(Announcement said) {
        announced.add(said.to());
        if (said.to() == null) {
            ServerMessage message =
                    new ServerMessage.Broadcast(said.user(), said.connection(), said.payload(), said.timestamp());
            return sendToAll(message, List.copyOf(connections.values()));
        }
        ServerMessage message =
                new ServerMessage.PrivateMessage(said.user(), said.connection(), said.payload(), said.timestamp());
        Connection named = connections.get(new ConnectionId(said.to()));
        return sendToAll(message, named != null ? List.of(named) : List.copyOf(connectionsOf(said.to())));
    }

    private int sendToAll(ServerMessage message, Collection<Connection> receivers) {
        SharedMessage shared = new SharedMessage(message, 0);
        Map<WireFormat, ByteBuf> framed = new HashMap<>();
        for (Connection receiver : receivers) {
            ByteBuf frame = framed.computeIfAbsent(receiver.format(), format -> encode(shared, format));
            receiver.write(frame.retainedDuplicate(), 1);
            receiver.toldApart();
        }
        framed.values().forEach(ByteBuf::release);
        countSent(receivers.size());
        return receivers.size();
    }

    // Writing

    /** To an audience, at the end of this turn. */
    void gather(Audience audience, SharedMessage message, @Nullable Membership except) {
        boolean first = !audience.hasGathered();
        boolean full = audience.gather(message, except, compression());
        if (first) {
            toDeliver.add(audience);
            endTurnLater();
        }
        if (full) {
            // It stays in the list; delivering nothing costs nothing.
            deliver(audience);
        }
    }

    ByteBuf encode(SharedMessage message, WireFormat format) {
        return encode(message, null, format);
    }

    ByteBuf encode(SharedMessage message, @Nullable Position at, WireFormat format) {
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(message.json().length + WireFormat.MAX_FRAMING);
        format.append(message, at, compression(), frame);
        return frame;
    }

    ByteBuf encode(ServerMessage beginning, SharedEnding ending, WireFormat format) {
        return endings.frame(beginning, ending, format, compression());
    }

    private CompressionConfig compression() {
        return configInForce().server().compression();
    }

    void flushLater(Connection connection) {
        if (!connection.toFlush) {
            connection.toFlush = true;
            toFlush.add(connection);
            endTurnLater();
        }
    }

    /**
     * Rises when the loop has been at its sockets after something was written. Many turns may come before that: what a
     * flood brings in one read is many tasks, and what they write cannot leave before the last of them.
     */
    long rounds() {
        return rounds;
    }

    /** A timer, unlike a task, runs only after the sockets had their turn. */
    private void countRoundLater() {
        if (!roundWillEnd) {
            roundWillEnd = true;
            vertx.setTimer(1, timer -> {
                roundWillEnd = false;
                rounds++;
                if (backlog.isUrgent(outboundPerNode())) {
                    weigh();
                }
            });
        }
    }

    /** Runs behind what is queued on this loop by now, so all of that is gathered first. */
    private void endTurnLater() {
        if (!turnWillEnd) {
            turnWillEnd = true;
            context.runOnContext(turn -> endTurn());
        }
    }

    private void endTurn() {
        try {
            deliverNow();
            List<Connection> written = toFlush;
            toFlush = new ArrayList<>();
            for (Connection connection : written) {
                connection.toFlush = false;
                connection.flush();
            }
        } finally {
            turnWillEnd = false;
            chronicle.endTurn();
            countRoundLater();
            if (!toDeliver.isEmpty() || !toFlush.isEmpty()) {
                endTurnLater();
            }
        }
    }

    /** What rooms said in this turn; false if that is being written already. */
    boolean deliverNow() {
        if (isDelivering) {
            return false;
        }
        List<Audience> spoken = toDeliver;
        toDeliver = new ArrayList<>();
        spoken.forEach(this::deliver);
        return true;
    }

    /** What one of them said may be written before what another one said earlier. */
    boolean severalHaveGathered() {
        return isDelivering || toDeliver.size() > 1;
    }

    /** A fault in one room must not silence the others, whose turn has ended too. */
    private void deliver(Audience audience) {
        isDelivering = true;
        try {
            countSent(audience.deliver(metrics, chronicle, memberships::suspend));
        } catch (RuntimeException bug) {
            LOG.error("delivering to a room failed", bug);
        } finally {
            isDelivering = false;
        }
    }

    // The end

    /**
     * Tells all clients to reconnect elsewhere and closes them, evenly over the window; completes when all are gone.
     * Whoever is still to come is sent away at once. Event loop only.
     */
    public Future<Void> drain(Duration window) {
        if (drain == null) {
            drain = new Drain(List.copyOf(connections.values()), window);
            drain.closeDue();
        }
        return drain.done();
    }

    /** A connection that is to be closed waited for that. */
    void allAnswered() {
        if (drain != null) {
            drain.closeAnswered();
        }
    }

    /** Whoever is left is closed now. Event loop only. */
    public void hurry() {
        if (drain != null) {
            drain.hurry();
        }
    }

    /** Whether this node has been without the others for too long: then its clients are better off elsewhere. Event loop only. */
    public void cutOff(boolean isCutOff) {
        cutOff = isCutOff;
        if (cutOff) {
            List.copyOf(connections.values()).forEach(connection -> connection.close(CloseReason.NO_MAJORITY));
        }
    }

    /** Tokens may have been revoked while this node did not hear of it. Event loop only. */
    public void endRevoked() {
        if (administration != null) {
            administration.endRevoked(connections.values());
        }
    }

    public boolean sendsClientsElsewhere() {
        return drain != null || cutOff;
    }

    // What else asks

    /** The event loop all of this lives on. */
    public Context verticleContext() {
        return context;
    }

    public Vertx vertxOfLoop() {
        return vertx;
    }

    Memberships memberships() {
        return memberships;
    }

    @Nullable
    Connection connection(ConnectionId id) {
        return connections.get(id);
    }

    /** A view. */
    Collection<Connection> connections() {
        return connections.values();
    }

    Collection<Connection> connectionsOf(String user) {
        return byUser.getOrDefault(user, List.of());
    }

    Revocations revocations() {
        return settings.current().tokens().revocations();
    }

    GatewayConfig configInForce() {
        return settings.current().config();
    }

    GatewayMetrics metrics() {
        return metrics;
    }

    RoomsPerUser roomsPerUser() {
        return roomsPerUser;
    }

    Backlog backlog() {
        return backlog;
    }

    Memory memory() {
        return memory;
    }

    void countReceived() {
        messagesReceived++;
        metrics.received();
    }

    void countSent(int messages) {
        messagesSent += messages;
        metrics.sent(messages);
    }

    private LoopStats stats() {
        return new LoopStats(connections.size(), 0, messagesReceived, messagesSent);
    }
}
