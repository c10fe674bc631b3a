package dev.fanfara.broadcast;

import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.Entrance;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.Place;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.RoomMessage;
import dev.fanfara.bus.StateAnswer;
import dev.fanfara.config.RoomRule;
import dev.fanfara.log.RoomLogs;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Epochs;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Proposal;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Tree;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Rooms that remember, as one event loop serves them. Touched only by the room service's event loop.
 *
 * <p><b>Publishing.</b> A publication gets its place where the room's order is decided ({@link RoomLogs}: somewhere in
 * the cluster, on as many nodes as it promises), and only then is told to anybody: to members here, and to the nodes
 * that have some. So nobody is told what could still be lost; a read (a first join, a repair) is answered when a copy
 * has confirmed it too.
 *
 * <p><b>Order.</b> Each node with members keeps a {@link Replica}, which takes publications in order only; {@link
 * Stream} tells them. A late viewer's welcome and the stream after it fit together, since both come from there, and
 * neither it nor one who comes back costs the cluster anything.
 *
 * <p><b>Loss.</b> {@link Stream} repairs what it sees missing, {@link Reconciliation} finds the rest.
 *
 * <p><b>Less.</b> {@link Rates} serves who wants fewer frames of the truth.
 */
final class LogRooms {
    private final BroadcastVerticle service;
    private final RoomLogs logs;
    private final GatewayMetrics metrics;
    private final Appends appends;
    private final Rates rates;
    private final Stream stream;
    private final Reconciliation reconciliation;
    private final Welcomes welcomes = new Welcomes();

    LogRooms(
            BroadcastVerticle service, RoomLogs logs, String node, Vertx vertx, Memory memory, GatewayMetrics metrics) {
        this.service = service;
        this.logs = logs;
        this.metrics = metrics;
        appends = new Appends(logs, node, memory, metrics);
        rates = new Rates(service, vertx, metrics);
        stream = new Stream(service, logs, appends, rates, vertx, metrics);
        reconciliation = new Reconciliation(service, logs, stream, vertx);
    }

    // Publishing

    /** A member wants it. */
    void publish(RoomMessage.Publish publish, Keeping keeping) {
        appends.propose(
                publish.room(),
                keeping,
                proposal(publish.user(), publish.payload(), publish.key(), keeping),
                new MemberAuthor(publish));
    }

    private final class MemberAuthor implements Author {
        private final RoomMessage.Publish publish;

        MemberAuthor(RoomMessage.Publish publish) {
            this.publish = publish;
        }

        @Override
        public void taken(long epoch, Entry entry) {
            ConnectionId except = publish.echo() ? null : publish.connection();
            EdgeMessage.Reply ack = ack(epoch, entry.offset(), false);
            tellEverybody(
                    publish.room(),
                    epoch,
                    entry,
                    new Tail.Origin(except, ack, publish.loop(), publish.acceptedNanos()));
        }

        @Override
        public void repeated(long epoch, long offset) {
            EdgeMessage.Reply ack = ack(epoch, offset, true);
            Tail tail = tail(publish.room());
            if (tail == null) {
                service.tellEdge(publish.loop(), ack);
            } else {
                stream.acknowledge(tail, new Tail.DueAck(new Tail.At(epoch, offset), publish.loop(), ack));
            }
        }

        @Override
        public void refused(Refusal refusal) {
            service.tellEdge(publish.loop(), reply(new ServerMessage.Error(publish.id(), refusal)));
        }

        private EdgeMessage.Reply ack(long epoch, long offset, boolean duplicate) {
            Position position = new Position(Epochs.text(epoch), offset);
            return reply(new ServerMessage.Ack(publish.id(), publish.room(), position, duplicate, null));
        }

        private EdgeMessage.Reply reply(ServerMessage message) {
            return new EdgeMessage.Reply(publish.room(), publish.connection(), message);
        }
    }

    /** A backend wants it. */
    Future<Published> publish(PublishRequest request, Keeping keeping) {
        Promise<Published> answer = Promise.promise();
        appends.propose(
                request.room(),
                keeping,
                proposal(request.user(), request.payload(), request.key(), keeping),
                new Author() {
                    @Override
                    public void taken(long epoch, Entry entry) {
                        answer.complete(new Published(false, new Position(Epochs.text(epoch), entry.offset())));
                        Tail.Origin backend = new Tail.Origin(null, null, 0, request.acceptedNanos());
                        tellEverybody(request.room(), epoch, entry, backend);
                    }

                    @Override
                    public void repeated(long epoch, long offset) {
                        answer.complete(new Published(true, new Position(Epochs.text(epoch), offset)));
                    }

                    @Override
                    public void refused(Refusal refusal) {
                        answer.fail(refusal);
                    }
                });
        return answer.future();
    }

    private static Proposal proposal(@Nullable String user, Payload payload, @Nullable String key, Keeping keeping) {
        if (keeping.state()) {
            if (payload.kind() != Payload.Kind.DATA) {
                throw new Refusal(ErrorCode.BAD_REQUEST, "data: expected an object, a merge patch (RFC 7396)");
            }
            // Refuses what is no object; where the order is decided there is nobody to refuse to.
            Tree.read(payload.json());
        }
        return new Proposal(user, payload, key);
    }

    private void tellEverybody(RoomName room, long epoch, Entry entry, Tail.Origin origin) {
        metrics.published();
        service.forward(new Forwarded(
                room,
                entry.user(),
                entry.payload(),
                entry.timestamp(),
                new Place(epoch, entry.offset(), entry.chain())));
        Tail tail = tail(room);
        if (tail == null) {
            stream.tellAuthor(origin);
        } else {
            stream.taken(tail, epoch, entry, origin);
        }
    }

    private @Nullable Tail tail(RoomName room) {
        HostedRoom hosted = service.hosted(room);
        return hosted == null ? null : hosted.tail;
    }

    /** From another node. */
    void arrived(Tail tail, Forwarded said, Place place) {
        Entry entry = new Entry(place.offset(), said.timestamp(), said.user(), said.payload(), place.chain(), null);
        stream.arrived(tail, place.epoch(), entry);
    }

    // Coming, coming back, going

    /** The room's first member is about to come; completes when the room's memory is here, and fails if it cannot be had. */
    Future<Void> open(Tail tail) {
        return stream.begin(tail);
    }

    /** The room is closed, or remembers no more: whoever waits for an ack gets it. */
    void close(Tail tail) {
        stream.settle(tail, at -> true);
        rates.close(tail);
    }

    /** True if the member knows more of the room than is known here: it comes from another node. */
    boolean isAhead(HostedRoom hosted, RoomMessage.Join join) {
        Replica replica = hosted.tail == null ? null : hosted.tail.replica;
        return replica != null && join.since() != null && replica.isFuture(join.since());
    }

    Future<Void> catchUp(HostedRoom hosted) {
        return hosted.tail == null ? Future.succeededFuture() : stream.catchUp(hosted.tail);
    }

    /** What the member that joined learns; null where nothing is remembered. */
    @Nullable
    Entrance admit(HostedRoom hosted, RoomMessage.Join join) {
        Tail tail = hosted.tail;
        Replica replica = tail == null ? null : tail.replica;
        if (tail == null || replica == null) {
            return null;
        }
        int maxRate = rates.place(tail, replica, join.connection(), join.maxRate());
        replica.expire(System.currentTimeMillis());
        Welcomes.Welcome welcome =
                welcomes.welcome(hosted.name, replica, join.since(), join.history(), service.mostInOneAnswer());
        if (welcome.recovered() != null) {
            metrics.recovery(welcome.recovered());
        }
        return new Entrance(maxRate, replica.position(), welcome.recovered(), welcome.ending());
    }

    /** Now and then. */
    void sweep() {
        welcomes.forget();
    }

    /** A member wants to be served again, or at another rate. */
    void refresh(HostedRoom hosted, RoomMessage.Refresh refresh) {
        Tail tail = hosted.tail;
        Replica replica = tail == null ? null : tail.replica;
        int maxRate = Channel.EVERY_FRAME;
        List<ServerMessage> messages = List.of();
        List<Tail.DueAck> acks = List.of();
        if (tail != null && replica != null) {
            acks = rates.takeAcks(tail, refresh.connection());
            maxRate = rates.place(tail, replica, refresh.connection(), refresh.maxRate());
            if (maxRate != Channel.PAUSED) {
                messages = missed(hosted, replica, refresh);
            }
        }
        service.tellEdge(
                refresh.loop(),
                new EdgeMessage.Refreshed(hosted.name, refresh.connection(), refresh.ticket(), maxRate, messages));
        acks.forEach(due -> service.tellEdge(due.loop(), due.ack()));
    }

    private List<ServerMessage> missed(HostedRoom hosted, Replica replica, RoomMessage.Refresh refresh) {
        List<ServerMessage> missed =
                refresh.whole() ? null : Answers.missed(hosted.name, replica, refresh.at(), service.mostInOneAnswer());
        return missed != null
                ? missed
                : List.of(Answers.whole(hosted, replica, replica.isPast(refresh.at()), service.mostInOneAnswer()));
    }

    void left(HostedRoom hosted, ConnectionId member) {
        if (hosted.tail != null) {
            rates.left(hosted.tail, member);
        }
    }

    /**
     * The configuration changed. Where the room begins to remember, or to keep a state, or ceases to, members are told
     * where the room is now.
     */
    void adopt(HostedRoom hosted, RoomRule rule) {
        boolean newRate = hosted.maxRate != rule.maxRate();
        hosted.maxRate = rule.maxRate();
        Keeping now = rule.keepsHistory() ? Tail.keeping(rule) : null;
        Tail tail = hosted.tail;
        if (hosted.opening) {
            // It adopts the rule when it is open.
            return;
        }
        if (now == null) {
            hosted.tail = null;
        } else if (tail != null && tail.keeping.state() == now.state()) {
            tail.keep(now);
            if (newRate && tail.replica != null) {
                rates.adopt(tail, tail.replica);
            }
        } else {
            Tail fresh = new Tail(hosted, now);
            hosted.tail = fresh;
            stream.readSoon(fresh, 0);
        }
        if (tail != null && tail != hosted.tail) {
            close(tail);
        }
    }

    /** The cluster changed. */
    void reconcile() {
        reconciliation.now();
    }

    // Questions

    Future<HistoryAnswer> history(HistoryRequest request, Keeping keeping) {
        return replica(request.room(), keeping).map(replica -> {
            replica.expire(System.currentTimeMillis());
            return new HistoryAnswer(
                    replica.position(), Answers.history(request, replica, keeping.state(), service.mostInOneAnswer()));
        });
    }

    void answerHistory(RoomMessage.AskHistory question, Keeping keeping) {
        history(new HistoryRequest(question.room(), question.since(), question.limit()), keeping)
                .map(found -> (ServerMessage)
                        new ServerMessage.History(question.id(), question.room(), found.position(), found.messages()))
                .otherwise(failure -> new ServerMessage.Error(question.id(), Refusal.of(failure)))
                .onSuccess(answer -> service.tellEdge(
                        question.loop(), new EdgeMessage.Reply(question.room(), question.connection(), answer)));
    }

    Future<StateAnswer> state(RoomName room, Keeping keeping) {
        return replica(room, keeping).map(replica -> {
            Tree state = replica.state();
            return new StateAnswer(replica.position(), (state == null ? new Tree() : state).toJson());
        });
    }

    /** The one that serves members here; for a room without any, one that is made for the question. */
    private Future<Replica> replica(RoomName room, Keeping keeping) {
        Tail tail = tail(room);
        return tail != null && tail.replica != null
                ? Future.succeededFuture(tail.replica)
                : logs.read(room, keeping, ThreadLocalRandom.current().nextLong())
                        .map(slice -> new Replica(slice, keeping));
    }
}
