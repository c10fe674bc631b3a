package dev.fanfara.connection;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.RoomAction;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.ConnectionLine;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.LimitsConfig;
import dev.fanfara.config.Rate;
import dev.fanfara.config.RoomRule;
import dev.fanfara.hook.Hooks;
import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Command;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Scope;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.recovery.SavedSession;
import dev.fanfara.recovery.SavedSession.Beginning;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client from accept to close, whatever its wire: it understands the client's commands, checks rights and limits,
 * and passes on what concerns a room. Event loop only: the one it was opened on.
 */
public final class Connection implements ClientMessage.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What may be written beyond the budget before the wire had a chance; these bytes are shared by all who get them. */
    private static final long ROUND_ALLOWANCE = 8 * 1024 * 1024;

    /** A room that has to be read first, or a backend that is asked, may take its time; then the client begins anew. */
    private static final long RECOVERY_MS = 5_000;

    private static final long MIN_RETURN_MS = 2_000;
    private static final long MAX_RETURN_MS = 5_000;

    private final ConnectionVerticle edge;
    private final ConnectionId id;
    private final Outbound out;
    /** Where the client is, as limits count it. */
    private final String address;

    private final Runnable onEnd;
    /** When it was opened, in milliseconds since 1970. */
    private final long since = System.currentTimeMillis();
    /** Its wire's {@link WireFormat#isOneWay}; asked for at every delivery. */
    private final boolean oneWay;
    /** In the order they were joined. Nearly always one: then a map of its own kind, a fifth of the size. */
    private Map<RoomName, Membership> memberships = Map.of();

    private final CommandLimit otherCommands = new CommandLimit();
    /** From the first message on; most viewers never send one. */
    private @Nullable CommandLimit publishes;

    private Identity identity;
    private @Nullable RoomName lastJoined;
    /** So that a delivery need not look into the map. */
    private boolean inOneRoom;

    private final Traffic traffic = new Traffic();
    /** Of a client that may be recovered, until it has gone. */
    private @Nullable Recoverable recoverable;
    /** From the first time on that the backend is asked about one of its commands. */
    private @Nullable Parked parked;

    private boolean ended;
    /** Its client was told to come back elsewhere. */
    private boolean leaving;
    /** Commands to rooms and to users that were not answered yet. */
    private int unanswered;

    /** Where this connection stands in the loop's {@link Deadlines}. */
    long heartbeatTick;

    long expiryTick;
    boolean awaitsLife;
    /** The loop's {@link ConnectionVerticle#rounds} when it was last written to. */
    private long round;
    /** Bytes written since, which the wire had no chance to take yet. */
    private long writtenThisRound;
    /** It is in the loop's {@link Backlog}. */
    boolean watched;
    /** Something was written in this turn of the loop. */
    boolean toFlush;
    /** Something was written since its client was told where it stands. */
    private boolean cursorIsDue;

    Connection(
            ConnectionVerticle edge, ConnectionId id, Outbound out, Identity identity, String address, Runnable onEnd) {
        this.edge = edge;
        this.id = id;
        this.out = out;
        this.identity = identity;
        this.address = address;
        this.onEnd = onEnd;
        this.oneWay = out.format().isOneWay();
    }

    public ConnectionId id() {
        return id;
    }

    Identity identity() {
        return identity;
    }

    WireFormat format() {
        return out.format();
    }

    boolean isOneWay() {
        return oneWay;
    }

    /** For whoever looks after connections. */
    ConnectionLine line(String node) {
        return new ConnectionLine(
                id, identity.user(), node, format().transport(), List.copyOf(memberships.keySet()), since);
    }

    @Nullable
    Membership membership(RoomName room) {
        return memberships.get(room);
    }

    /** A view. */
    Collection<Membership> memberships() {
        return memberships.values();
    }

    // What the transport tells

    /** One whole text message. */
    public void onText(byte[] utf8) {
        onCommand(null, utf8.length, () -> Command.read(utf8));
    }

    /**
     * One command, which is read when it is known to be wanted.
     *
     * @param named what the wire tells it by; null if that is in the command
     * @param bytes its length
     */
    public void onCommand(@Nullable CommandId named, int bytes, Supplier<Command> reading) {
        if (ended || leaving) {
            // To its client there is no difference: neither was said in time.
            return;
        }
        edge.countReceived();
        traffic.received(bytes);
        if (parked == null || !parked.isWaiting()) {
            handle(named, reading);
        } else if (parked.add(bytes, () -> handle(named, reading))) {
            unanswered++;
        } else {
            edge.metrics().rateLimited("messages");
            handle(named, () -> tooMuchWaits(reading.get()));
        }
    }

    private static Command tooMuchWaits(Command command) {
        throw new Refusal(ErrorCode.RATE_LIMITED, "Too much waits for what the backend says");
    }

    private void handle(@Nullable CommandId named, Supplier<Command> reading) {
        CommandId command = named;
        try {
            Command read = read(reading);
            command = read.id();
            take(read.isPublish() ? publishes() : otherCommands);
            read.understand().dispatch(this);
        } catch (Refusal refusal) {
            refuse(command, refusal);
        } catch (RuntimeException bug) {
            LOG.error("a command failed", bug);
            refuse(command, Refusal.of(bug));
        }
    }

    private Command read(Supplier<Command> reading) {
        try {
            return reading.get();
        } catch (Refusal unreadable) {
            take(otherCommands);
            throw unreadable;
        }
    }

    private CommandLimit publishes() {
        if (publishes == null) {
            publishes = new CommandLimit();
        }
        return publishes;
    }

    private void take(CommandLimit limit) {
        Rate allowed = limits().messages();
        try {
            limit.take(allowed, System.nanoTime());
        } catch (Refusal refusal) {
            edge.metrics().rateLimited("messages");
            if (limit.isFlooded(allowed)) {
                close(CloseReason.FLOOD);
            }
            throw refusal;
        }
    }

    /** Something came from the client, if only a pong. */
    public void onLife() {
        if (awaitsLife && !ended) {
            edge.isAlive(this);
        }
    }

    /** The client was asked for life on its wire. */
    public void pinged() {
        if (recoverable != null) {
            recoverable.pinged();
        }
    }

    /** It answered the last ping, which came after all that was written before. */
    public void answeredPing() {
        if (recoverable != null) {
            recoverable.answered();
        }
    }

    /** The wire is gone; {@code code} is what the client got, or 1006. */
    public void onClosed(int code) {
        end(code, CloseReason.toldByWire(code));
    }

    /** The client goes, and does not mean to come back. */
    public void onGoodbye() {
        forgetRecovery();
        onClosed(CloseReason.NORMAL.code());
    }

    // Recovery

    void mayBeRecovered(String key) {
        recoverable = new Recoverable(edge, this, key);
    }

    /**
     * Lets a client that came back go on where it was; nothing it is told may leave before that is done. If it comes to
     * nothing the connection is to be {@link #giveUp given up}. Fails if the connection has ended.
     *
     * @param since where it goes on in each room
     * @param said what it said it had last
     */
    public Future<Boolean> recover(SavedSession saved, List<Position> since, @Nullable String said) {
        Recoverable begun = recoverable;
        if (begun == null) {
            return Future.failedFuture("the connection has ended");
        }
        Recovery recovery = new Recovery(
                this, saved, since, said, edge.configInForce().connections().outboundBudget());
        begun.begin(recovery);
        long late = edge.vertxOfLoop().setTimer(RECOVERY_MS, timer -> recovery.refuse());
        recovery.goOn();
        return recovery.done().onComplete(done -> edge.vertxOfLoop().cancelTimer(late));
    }

    /** What the client says it had last, in a session in which it does not go on. */
    public void hadBefore(String place) {
        if (recoverable != null) {
            recoverable.hadBefore(place);
        }
    }

    private @Nullable Recovery recovery() {
        return recoverable == null ? null : recoverable.recovery();
    }

    void join(ClientMessage.Join join) {
        try {
            onJoin(join);
        } catch (Refusal refusal) {
            refuse(join.id(), refusal);
        }
    }

    void tell(SharedMessage message, Position at) {
        write(edge.encode(message, at, out.format()), 1);
        edge.countSent(1);
    }

    void tellBeginning(ServerMessage beginning, SharedEnding ending) {
        write(edge.encode(beginning, ending, out.format()), 1);
        edge.countSent(1);
    }

    void recovered(Beginning last) {
        if (recoverable != null) {
            recoverable.recovered(last);
        }
    }

    /** Ends what came to nothing. */
    public void giveUp() {
        forgetRecovery();
        end(CloseReason.NORMAL.code(), "Not recovered");
    }

    /** Its client is on another wire already. */
    void goElsewhere() {
        forgetRecovery();
        close(CloseReason.HEARTBEAT_TIMEOUT);
    }

    private void forgetRecovery() {
        if (recoverable != null) {
            recoverable.forget();
            recoverable = null;
        }
    }

    /** Something was told to it that its rooms told nobody else, or in another order. */
    void toldApart() {
        if (recoverable != null) {
            recoverable.toldApart();
        }
    }

    /** It gets what one of its rooms said before the others of its loop do. */
    void aheadOfOthers() {
        if (recoverable != null && !inOneRoom && edge.severalHaveGathered()) {
            recoverable.toldApart();
        }
    }

    // What the client wants

    /** All that a client wants which says nothing more than that it is there; without one of them it is not served. */
    public void joinAll(List<ClientMessage.Join> joins) {
        try {
            for (ClientMessage.Join join : joins) {
                if (!ended) {
                    requireMayJoin(join);
                    enter(join);
                }
            }
        } catch (Refusal changedSinceItWasAsked) {
            close(CloseReason.OVERLOADED);
        }
    }

    /** Whoever may join so is not refused for who it is or what it asks for. */
    public static void requireJoin(Identity identity, ClientMessage.Join join, RoomRule rule) {
        if (!identity.may(RoomAction.JOIN, join.room(), rule)) {
            throw new Refusal(ErrorCode.FORBIDDEN, "Joining this room is not allowed");
        }
        if (join.maxRate() != null && !rule.keepsState()) {
            throw noState();
        }
        if (join.history() != null && rule.keepsHistory()) {
            requireHistory(identity, join.room(), rule);
        }
    }

    @Override
    public void onJoin(ClientMessage.Join join) {
        requireMayJoin(join);
        if (edge.hooks().asksToJoin(join.room())) {
            await(join.id(), edge.hooks().join(asker(), join.room()), allowed -> {
                // Things may have changed meanwhile.
                requireMayJoin(join);
                enter(join);
            });
        } else {
            enter(join);
        }
    }

    private void requireMayJoin(ClientMessage.Join join) {
        RoomName room = join.room();
        if (memberships.containsKey(room)) {
            throw new Refusal(ErrorCode.ALREADY_JOINED, "This connection is in the room already");
        }
        requireJoin(identity, join, rule(room));
        if (memberships.size() >= limits().roomsPerConnection()) {
            throw new Refusal(ErrorCode.LIMIT, "This connection is in as many rooms as it may be");
        }
    }

    private void enter(ClientMessage.Join join) {
        if (!isAnonymous()) {
            edge.roomsPerUser().take(identity.user(), limits().roomsPerUser());
        }
        String user = isAnonymous() && join.user() != null ? join.user() : identity.user();
        remember(edge.memberships().join(this, join, user));
    }

    @Override
    public void onLeave(ClientMessage.Leave leave) {
        Membership membership = required(leave.room());
        leave(membership);
        send(new ServerMessage.Left(leave.id(), membership.room(), null));
    }

    @Override
    public void onPublish(ClientMessage.Publish publish) {
        Membership membership = mayPublish(publish.room());
        RoomName room = membership.room();
        if (edge.hooks().asksToPublish(room)) {
            await(
                    publish.id(),
                    edge.hooks().publish(asker(), room, publish.key(), publish.payload(), null),
                    payload -> publish(mayPublish(room), publish.saying(payload)));
        } else {
            publish(membership, publish);
        }
    }

    private Membership mayPublish(@Nullable RoomName named) {
        Membership membership = required(named);
        RoomName room = membership.room();
        if (!identity.may(RoomAction.PUBLISH, room, rule(room))) {
            throw new Refusal(ErrorCode.FORBIDDEN, "Publishing to this room is not allowed");
        }
        return membership;
    }

    private void publish(Membership membership, ClientMessage.Publish publish) {
        RoomName room = membership.room();
        if (publish.id() != null || rule(room).keepsHistory()) {
            unanswered++;
        }
        edge.memberships().publish(membership, publish);
    }

    @Override
    public void onUpdate(ClientMessage.Update update) {
        Membership membership = required(update.room());
        if (!rule(membership.room()).keepsState()) {
            throw noState();
        }
        edge.memberships().update(membership, update);
    }

    @Override
    public void onHistory(ClientMessage.History history) {
        RoomName room = required(history.room()).room();
        requireHistory(identity, room, rule(room));
        unanswered++;
        edge.memberships().askHistory(this, room, history);
    }

    private static void requireHistory(Identity identity, RoomName room, RoomRule rule) {
        if (!identity.may(RoomAction.HISTORY, room, rule)) {
            throw new Refusal(ErrorCode.FORBIDDEN, "Reading this room's history is not allowed");
        }
    }

    private static Refusal noState() {
        return new Refusal(ErrorCode.BAD_REQUEST, "maxRate: this room keeps no state to conflate");
    }

    @Override
    public void onBroadcast(ClientMessage.Broadcast broadcast) {
        require(Scope.BROADCAST);
        unanswered++;
        edge.announce(new Announcement(null, identity.user(), id, broadcast.payload(), System.currentTimeMillis()))
                .onSuccess(delivered -> send(new ServerMessage.Ack(broadcast.id(), null, null, false, null)))
                .onFailure(failure -> refuse(broadcast.id(), Refusal.of(failure)))
                .onComplete(done -> answered());
    }

    @Override
    public void onPrivateMessage(ClientMessage.PrivateMessage message) {
        require(Scope.PRIVATE);
        unanswered++;
        edge.announce(new Announcement(
                        message.to(), identity.user(), id, message.payload(), System.currentTimeMillis()))
                .onSuccess(delivered -> send(new ServerMessage.Ack(message.id(), null, null, false, delivered)))
                .onFailure(failure -> refuse(message.id(), Refusal.of(failure)))
                .onComplete(done -> answered());
    }

    @Override
    public void onPresence(ClientMessage.Presence presence) {
        RoomName room = required(presence.room()).room();
        if (!identity.may(RoomAction.PRESENCE, room, rule(room))) {
            throw new Refusal(ErrorCode.FORBIDDEN, "Reading this room's presence is not allowed");
        }
        unanswered++;
        edge.memberships().askPresence(this, room, presence.id());
    }

    @Override
    public void onAuthenticate(ClientMessage.Authenticate authenticate) {
        if (isAnonymous()) {
            // Its rooms and its place were counted for nobody; they cannot become somebody's afterwards.
            throw new Refusal(ErrorCode.BAD_REQUEST, "There is no token to renew: connect with one");
        }
        edge.verify(authenticate.token())
                .onSuccess(fresh -> renew(authenticate.id(), fresh))
                .onFailure(rejected -> {
                    edge.rejected(rejected);
                    refuse(authenticate.id(), new Refusal(ErrorCode.UNAUTHORIZED, "Invalid token"));
                });
    }

    private void renew(@Nullable CommandId command, Identity fresh) {
        if (ended) {
            return;
        }
        if (!fresh.user().equals(identity.user())) {
            // Rooms, limits and messages so far belong to another user.
            close(CloseReason.INVALID_TOKEN);
            return;
        }
        identity = fresh;
        edge.expiryChanged(this);
        sendAuthenticated(command);
        reauthorize();
    }

    @Override
    public void onPing(ClientMessage.Ping ping) {
        send(new ServerMessage.Pong(ping.id(), System.currentTimeMillis()));
    }

    private Hooks.Asker asker() {
        return new Hooks.Asker(identity.user(), format().transport(), id, address);
    }

    /** What the client says until then waits, so that all it says is done in the order it was said. */
    private <T> void await(@Nullable CommandId command, Future<T> answer, Consumer<T> then) {
        if (parked == null) {
            parked = new Parked(edge.memory().intake());
        }
        Parked rest = parked;
        rest.await();
        unanswered++;
        answer.onComplete(said -> {
            if (!ended) {
                goOn(command, said, then);
                answered();
                rest.goOn(this::answered);
            }
        });
    }

    private <T> void goOn(@Nullable CommandId command, AsyncResult<T> said, Consumer<T> then) {
        try {
            if (said.failed()) {
                throw Refusal.of(said.cause());
            }
            then.accept(said.result());
        } catch (Refusal refusal) {
            refuse(command, refusal);
        } catch (RuntimeException bug) {
            LOG.error("a command failed", bug);
            refuse(command, Refusal.of(bug));
        }
    }

    private Membership required(@Nullable RoomName room) {
        RoomName named = room == null ? lastJoined : room;
        Membership membership = named == null ? null : memberships.get(named);
        if (membership == null) {
            throw new Refusal(
                    ErrorCode.NOT_JOINED, named == null ? "Join a room first" : "This connection is not in the room");
        }
        return membership;
    }

    private void require(Scope scope) {
        if (!identity.has(scope)) {
            throw new Refusal(
                    ErrorCode.FORBIDDEN, "This needs the scope '" + scope.name().toLowerCase(Locale.ROOT) + "'");
        }
    }

    // What the gateway decides

    void greet(ServerMessage.Welcome welcome) {
        send(welcome);
        if (identity.expires() != null) {
            sendAuthenticated(null);
        }
    }

    private void sendAuthenticated(@Nullable CommandId command) {
        if (identity.expires() != null) {
            send(new ServerMessage.Authenticated(
                    command, identity.user(), identity.expires().toEpochMilli()));
        }
    }

    /** The configuration or the token changed: what is no longer allowed ends. */
    void reauthorize() {
        if (identity.hasNoToken() && edge.configInForce().auth().required()) {
            close(CloseReason.TOKEN_REQUIRED);
            return;
        }
        if (edge.revocations().refuse(identity)) {
            close(CloseReason.TOKEN_REVOKED);
            return;
        }
        for (Membership membership : List.copyOf(memberships.values())) {
            RoomName room = membership.room();
            if (!identity.may(RoomAction.JOIN, room, rule(room))) {
                leave(membership);
                send(new ServerMessage.Left(null, room, ErrorCode.FORBIDDEN.wireName()));
            }
        }
    }

    /** The room let this connection in; {@code entrance} is absent where it remembers nothing. */
    void joined(
            Membership membership, ClientMessage.Join join, @Nullable Integer members, @Nullable Entrance entrance) {
        Recovery recovery = recovery();
        if (recovery != null) {
            recovery.joined(membership, entrance);
            return;
        }
        RoomName room = membership.room();
        if (entrance == null) {
            // Nothing could be recovered.
            Boolean recovered = join.since() == null ? null : Boolean.FALSE;
            send(new ServerMessage.Joined(join.id(), room, members, null, recovered, null, null));
        } else if (!ended) {
            ServerMessage beginning = new ServerMessage.Joined(
                    join.id(), room, members, entrance.position(), entrance.recovered(), null, null);
            tellBeginning(beginning, entrance.ending());
        }
        if (oneWay && memberships.values().stream().allMatch(each -> each.asked == null)) {
            // It has its beginning; if its connection breaks now, this is where it goes on.
            writeCursor();
        }
    }

    /** The room did not let this connection in. */
    void joinRefused(Membership membership, ClientMessage.Join join, Refusal refusal) {
        forget(membership);
        if (oneWay) {
            close(CloseReason.OVERLOADED);
        } else {
            refuse(join.id(), refusal);
        }
    }

    private void leave(Membership membership) {
        membership.audience.catchUp(membership);
        edge.memberships().leave(membership);
        forget(membership);
    }

    private void remember(Membership membership) {
        // The audience's name, not the one this client sent: a copy less per member.
        RoomName room = membership.room();
        if (memberships.isEmpty()) {
            memberships = Map.of(room, membership);
        } else {
            if (memberships.size() == 1) {
                memberships = new LinkedHashMap<>(memberships);
            }
            memberships.put(room, membership);
        }
        inOneRoom = memberships.size() == 1;
        lastJoined = room;
    }

    private void forget(Membership membership) {
        RoomName room = membership.room();
        if (memberships.size() == 1) {
            memberships = Map.of();
        } else {
            memberships.remove(room);
            if (memberships.size() == 1) {
                memberships = Map.copyOf(memberships);
            }
        }
        inOneRoom = memberships.size() == 1;
        if (!isAnonymous()) {
            edge.roomsPerUser().giveBack(identity.user());
        }
        if (room.equals(lastJoined)) {
            lastJoined = null;
            for (RoomName remaining : memberships.keySet()) {
                lastJoined = remaining;
            }
        }
    }

    /** The one place where a failed command becomes an answer. */
    private void refuse(@Nullable CommandId command, Refusal refusal) {
        Recovery recovery = recovery();
        if (recovery != null) {
            recovery.refuse();
            return;
        }
        send(new ServerMessage.Error(command, refusal));
    }

    void send(ServerMessage message) {
        if (!ended && out.format().tells(message)) {
            write(edge.encode(new SharedMessage(message, 0), out.format()), 1);
            edge.countSent(1);
        }
    }

    /**
     * Owns the buffer. A client is slow when what was left over from earlier rounds of the loop exceeds its budget: what
     * is written in this one cannot have left yet, however fast the client reads.
     */
    void write(ByteBuf frames, int messages) {
        int length = frames.readableBytes();
        if (isAffordable(length)) {
            traffic.sent(messages, length);
            out.write(frames);
            edge.flushLater(this);
            movedOn();
        } else {
            frames.release();
        }
    }

    /**
     * The same for what a room said in this turn of the loop, which ends now; the buffer remains the caller's. A
     * connection in one room gets nothing more in this turn, and need not be visited again to be flushed.
     */
    void deliver(ByteBuf shared, int from, int messages) {
        int length = shared.writerIndex() - from;
        if (!isAffordable(length)) {
            return;
        }
        traffic.sent(messages, length);
        if (inOneRoom && !toFlush) {
            out.send(shared, from);
        } else {
            out.write(shared.slice(from, length).retain());
            edge.flushLater(this);
        }
        movedOn();
    }

    private void movedOn() {
        if (oneWay && !cursorIsDue) {
            cursorIsDue = true;
            edge.tellCursorSoon(this);
        }
    }

    /** Now and then, to one that moved on. */
    void tellCursor() {
        if (ended || !cursorIsDue) {
            return;
        }
        if (isBehind()) {
            // It does not read what moves it on; where that would leave it can wait.
            edge.tellCursorSoon(this);
        } else {
            writeCursor();
        }
    }

    private void writeCursor() {
        Cursor.Writer places = new Cursor.Writer(memberships.size());
        memberships.forEach((room, membership) -> {
            ClientMessage.Join asked = membership.asked;
            if (asked == null) {
                places.at(room, membership.position());
            } else if (asked.since() != null) {
                places.at(room, asked.since());
            }
        });
        if (!ended && !places.isEmpty()) {
            writeCursor(places.word());
        }
    }

    private void writeCursor(String cursor) {
        ByteBuf block = PooledByteBufAllocator.DEFAULT.directBuffer(cursor.length() + WireFormat.MAX_FRAMING);
        WireFormat.appendCursor(cursor, block);
        out.write(block);
        edge.flushLater(this);
        cursorIsDue = false;
    }

    private boolean isAffordable(int bytes) {
        if (ended) {
            return false;
        }
        if (round != edge.rounds()) {
            round = edge.rounds();
            writtenThisRound = 0;
        }
        long budget = edge.configInForce().connections().outboundBudget();
        long leftOver = out.pendingBytes() - writtenThisRound;
        writtenThisRound += bytes;
        if (leftOver > budget || writtenThisRound > budget + ROUND_ALLOWANCE) {
            edge.metrics().slowConsumer();
            close(CloseReason.SLOW_CONSUMER);
            return false;
        }
        if (leftOver + writtenThisRound > edge.backlog().threshold()) {
            edge.backlog().wrote(this, bytes);
        }
        return true;
    }

    void flush() {
        out.flush();
    }

    void ping() {
        out.ping();
    }

    long pendingBytes() {
        return out.pendingBytes();
    }

    /** What of them waited before this round of the loop. */
    long leftOver() {
        return Math.max(0, out.pendingBytes() - (round == edge.rounds() ? writtenThisRound : 0));
    }

    /** Enough waits for it that more should not be added where that can be helped. */
    boolean isBehind() {
        return leftOver() > edge.configInForce().connections().outboundBudget() / 4;
    }

    boolean isEnded() {
        return ended;
    }

    /** A command to a room or to users has been. */
    void answered() {
        // One that wants no answer gets one when it is refused.
        unanswered = Math.max(0, unanswered - 1);
        if (leaving && unanswered == 0) {
            edge.allAnswered();
        }
    }

    /** Tells the client to come back elsewhere. What it said before is answered, what it says now is not heard any more. */
    void sendAway(long afterMs) {
        send(new ServerMessage.Reconnect(afterMs));
        leaving = true;
    }

    boolean hasUnanswered() {
        return unanswered > 0 && !ended;
    }

    /** Does not wait for a client that was told that it is closed. */
    void cutOff() {
        out.cutOff();
    }

    /** Completes when the wire is gone. */
    public Future<Void> close(CloseReason reason) {
        if (ended) {
            return Future.succeededFuture();
        }
        if (leaving) {
            memberships.values().forEach(Memberships::releaseHeld);
        }
        if (oneWay) {
            sayFarewell(reason);
        }
        end(reason.code(), reason.text());
        return out.close(reason);
    }

    /** What other wires say by a close code. */
    private void sayFarewell(CloseReason reason) {
        boolean mayComeBack = reason.invitesTheSameAgain();
        if (reason.isForGood()) {
            writeCursor(Cursor.END);
        } else if (reason != CloseReason.SLOW_CONSUMER && reason != CloseReason.OVERLOADED) {
            // One that is too slow reads no more of it; one that is not served in a room keeps the cursor it came with.
            writeCursor();
        }
        // What was still to be said may have been too much, and it was closed for that.
        if (!ended && !(leaving && mayComeBack)) {
            ServerMessage last =
                    mayComeBack ? new ServerMessage.Reconnect(returnMillis()) : new ServerMessage.FanfaraError(reason);
            out.write(edge.encode(new SharedMessage(last, 0), out.format()));
        }
    }

    /** After how long a client may come back that is alone with its reason, or shares it with all others. */
    public static long returnMillis() {
        return ThreadLocalRandom.current().nextLong(MIN_RETURN_MS, MAX_RETURN_MS + 1);
    }

    private void end(int code, String reason) {
        if (ended) {
            return;
        }
        Recoverable going = recoverable;
        if (going != null) {
            recoverable = null;
            going.end(code);
            if (ended) {
                return;
            }
        }
        ended = true;
        String transport = format().transport();
        edge.hooks().events().disconnected(id, identity.user(), transport, address, code, reason);
        edge.closings().log(id, identity, format(), address, since, traffic, memberships.size(), code, reason);
        for (Membership membership : memberships.values()) {
            edge.memberships().leave(membership);
            if (!isAnonymous()) {
                edge.roomsPerUser().giveBack(identity.user());
            }
        }
        memberships = Map.of();
        if (parked != null) {
            parked.clear();
        }
        edge.ended(this, code);
        onEnd.run();
        Recovery recovery = going == null ? null : going.recovery();
        if (recovery != null) {
            recovery.ended();
        }
    }

    private boolean isAnonymous() {
        return identity.kind() == Identity.Kind.ANONYMOUS;
    }

    private RoomRule rule(RoomName room) {
        return edge.configInForce().ruleFor(room);
    }

    private LimitsConfig limits() {
        return edge.configInForce().limits();
    }
}
