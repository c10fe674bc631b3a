package dev.fanfara.broadcast;

import dev.fanfara.bus.SharedMessage;
import dev.fanfara.log.RoomLogs;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Head;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What members here are told of rooms that remember, in the order the room decided. Touched only by the room service's
 * event loop.
 *
 * <p>Publications come in any order, twice or never; a hole that does not fill by itself within {@link #GAP_MS} is filled
 * by reading the room's own memory. What cannot be filled is said: the connections are closed with 4010, or members of
 * a state room are told the state. Where the room's memory does not continue what was told here, members get {@code
 * joined} again, under the new epoch.
 */
final class Stream {
    private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

    /** What takes longer than other nodes' messages usually do was lost. */
    private static final long GAP_MS = 40;
    /** What the room itself does not remember any more may only be late; then it is lost. */
    private static final long LOST_AFTER_MS = 1_500;
    /** A room that could not be read is tried again so soon. */
    private static final long READ_AGAIN_MS = 500;
    /** Publications that come while a room is read for the first time; the rest is found to be missing afterwards. */
    private static final int MAX_UNPLACED_BYTES = 4 << 20;
    /** Another node may have another rule; nobody wins by telling the room every moment. */
    private static final long ADOPT_AGAIN_MS = 5_000;

    private final BroadcastVerticle service;
    private final RoomLogs logs;
    private final Appends appends;
    private final Rates rates;
    private final Vertx vertx;
    private final GatewayMetrics metrics;

    Stream(
            BroadcastVerticle service,
            RoomLogs logs,
            Appends appends,
            Rates rates,
            Vertx vertx,
            GatewayMetrics metrics) {
        this.service = service;
        this.logs = logs;
        this.appends = appends;
        this.rates = rates;
        this.vertx = vertx;
        this.metrics = metrics;
    }

    // What comes

    /** Published by a member of this node. */
    void taken(Tail tail, long epoch, Entry entry, Tail.Origin origin) {
        Tail.At at = new Tail.At(epoch, entry.offset());
        if (tail.hasSaid(at)) {
            tellAuthor(origin);
        } else {
            tail.origins.put(at, origin);
            arrived(tail, epoch, entry);
        }
    }

    void arrived(Tail tail, long epoch, Entry entry) {
        Replica replica = tail.replica;
        if (replica != null && replica.offer(epoch, entry)) {
            sayWhatIsDue(tail, replica);
            return;
        }
        if (tail.unplacedBytes < MAX_UNPLACED_BYTES) {
            tail.unplacedBytes += entry.bytes();
            tail.unplaced.add(new Tail.Arrived(epoch, entry));
        }
        if (replica != null) {
            // A late message of an old epoch, or the first of a new one: the room's memory knows.
            readSoon(tail, 0);
        }
    }

    /** An ack for what was said before, perhaps not yet here. */
    void acknowledge(Tail tail, Tail.DueAck due) {
        if (tail.hasSaid(due.at())) {
            rates.acknowledge(tail, due);
        } else {
            tail.acks.add(due);
        }
    }

    // What is told

    private void sayWhatIsDue(Tail tail, Replica replica) {
        sayAll(tail, replica);
        sendDueAcks(tail);
        rates.flushDue(tail, replica);
        if (replica.isDiverged()) {
            renew(tail, replica);
        } else if (replica.hasGap() && !tail.gapTimerRuns) {
            waitForMissing(tail, replica);
        }
    }

    private void sayAll(Tail tail, Replica replica) {
        for (Entry entry = replica.takeNext(); entry != null; entry = replica.takeNext()) {
            say(tail, entry);
        }
    }

    private void say(Tail tail, Entry entry) {
        HostedRoom hosted = tail.hosted;
        hosted.activity.heard();
        Tail.At at = new Tail.At(tail.epoch(), entry.offset());
        Tail.Origin origin = tail.origins.remove(at);
        if (hosted.room.localCount() > tail.rated.size()) {
            SharedMessage message = new SharedMessage(
                    Answers.message(hosted.name, tail.keeping.state(), entry),
                    origin == null ? 0 : origin.acceptedNanos());
            service.deliver(hosted, hosted.everyFrame, message, origin == null ? null : origin.except());
        }
        rates.heard(tail, entry);
        if (origin != null && origin.ack() != null) {
            rates.acknowledge(tail, new Tail.DueAck(at, origin.loop(), origin.ack()));
        }
    }

    private void sendDueAcks(Tail tail) {
        for (Iterator<Tail.DueAck> each = tail.acks.iterator(); each.hasNext(); ) {
            Tail.DueAck due = each.next();
            if (tail.hasSaid(due.at())) {
                each.remove();
                rates.acknowledge(tail, due);
            }
        }
    }

    void tellAuthor(Tail.Origin origin) {
        if (origin.ack() != null) {
            service.tellEdge(origin.loop(), origin.ack());
        }
    }

    private void waitForMissing(Tail tail, Replica replica) {
        tail.gapTimerRuns = true;
        long head = replica.head().offset();
        vertx.setTimer(GAP_MS, timer -> {
            tail.gapTimerRuns = false;
            Replica now = tail.replica;
            if (!tail.isCurrent() || now == null || !now.hasGap()) {
                return;
            }
            if (now == replica && now.head().offset() == head) {
                if (tail.waitsAt != head) {
                    readSoon(tail, 0);
                }
            } else {
                sayWhatIsDue(tail, now);
            }
        });
    }

    // The room's own memory

    /** For the first member; fails if it cannot be had. */
    Future<Void> begin(Tail tail) {
        RoomName room = tail.hosted.name;
        return logs.read(room, tail.keeping, freshEpoch())
                .compose(slice -> tail.fits(slice)
                        ? Future.succeededFuture(slice)
                        : appends.adopt(room, tail.keeping)
                                .compose(told -> logs.read(room, tail.keeping, freshEpoch())))
                .map(slice -> {
                    begin(tail, new Replica(slice, tail.keeping));
                    return null;
                });
    }

    private void begin(Tail tail, Replica replica) {
        tail.replica = replica;
        tail.waitsAt = -1;
        settle(tail, tail::isPast);
        List<Tail.Arrived> unplaced = List.copyOf(tail.unplaced);
        forgetUnplaced(tail);
        // What is of another epoch is late; or its epoch is newer than what was read, and the next comparison tells.
        unplaced.forEach(each -> replica.offer(each.epoch(), each.entry()));
        sayWhatIsDue(tail, replica);
    }

    private static void forgetUnplaced(Tail tail) {
        tail.unplaced.clear();
        tail.unplacedBytes = 0;
    }

    /** Those who published what will not be said one by one learn that it was taken. */
    void settle(Tail tail, Predicate<Tail.At> which) {
        for (Iterator<Map.Entry<Tail.At, Tail.Origin>> each =
                        tail.origins.entrySet().iterator();
                each.hasNext(); ) {
            Map.Entry<Tail.At, Tail.Origin> waiting = each.next();
            if (which.test(waiting.getKey())) {
                each.remove();
                tellAuthor(waiting.getValue());
            }
        }
        for (Iterator<Tail.DueAck> each = tail.acks.iterator(); each.hasNext(); ) {
            Tail.DueAck due = each.next();
            if (which.test(due.at())) {
                each.remove();
                service.tellEdge(due.loop(), due.ack());
            }
        }
    }

    /** Compares what was told here with how far the room has come, if it still has a memory. */
    void compare(Tail tail, Head asked, @Nullable Head there) {
        Replica replica = tail.replica;
        if (!tail.isCurrent() || replica == null) {
            return;
        }
        Head here = replica.head();
        if (there == null
                || there.epoch() != here.epoch()
                || there.offset() < asked.offset()
                || (there.offset() == here.offset() && there.chain() != here.chain())) {
            readSoon(tail, 0);
        } else if (there.offset() > here.offset()) {
            // On its way, or lost.
            vertx.setTimer(GAP_MS, timer -> {
                if (tail.isCurrent(replica) && replica.head().offset() < there.offset()) {
                    readSoon(tail, 0);
                }
            });
        }
    }

    void readSoon(Tail tail, long afterMs) {
        if (tail.isReading) {
            return;
        }
        tail.isReading = true;
        if (afterMs > 0) {
            vertx.setTimer(afterMs, timer -> {
                if (tail.isCurrent()) {
                    read(tail);
                }
            });
        } else {
            read(tail);
        }
    }

    /** Follows the room's memory as far as it has come by now, for somebody who knows more of it than is known here. */
    Future<Void> catchUp(Tail tail) {
        Promise<Void> read = Promise.promise();
        tail.readers.add(read);
        readSoon(tail, 0);
        return read.future();
    }

    private void read(Tail tail) {
        RoomName room = tail.hosted.name;
        Head asked = tail.replica == null ? Head.UNKNOWN : tail.replica.head();
        // Not before what is under way from here is known: an author must not hear itself.
        logs.read(room, tail.keeping, freshEpoch())
                .onComplete(done -> appends.afterwards(room, () -> {
                    tail.isReading = false;
                    if (done.succeeded() && tail.isCurrent()) {
                        follow(tail, asked, done.result());
                    } else if (tail.isCurrent()) {
                        LOG.info(
                                "a room's memory cannot be read: {}",
                                done.cause().getMessage());
                        readSoon(tail, READ_AGAIN_MS);
                    }
                    List<Promise<Void>> readers = List.copyOf(tail.readers);
                    tail.readers.clear();
                    readers.forEach(reader -> {
                        if (done.succeeded()) {
                            reader.complete();
                        } else {
                            reader.fail(done.cause());
                        }
                    });
                }));
    }

    private void follow(Tail tail, Head asked, Slice slice) {
        Replica replica = tail.replica;
        if (!tail.fits(slice)) {
            long pause = tail.hasAdopted ? ADOPT_AGAIN_MS : 0;
            tail.hasAdopted = true;
            appends.adopt(tail.hosted.name, tail.keeping).onComplete(told -> readSoon(tail, pause));
            return;
        }
        if (replica == null || replica.head().epoch() != slice.epoch()) {
            restart(tail, slice, false);
            return;
        }
        forgetUnplaced(tail);
        Head before = replica.head();
        if (asked.epoch() == slice.epoch() && slice.head() < asked.offset()) {
            // Told here, and gone there.
            renew(tail, replica);
            return;
        }
        for (Entry entry : slice.entries()) {
            // One by one: there may be more than a replica would hold back.
            replica.offer(slice.epoch(), entry);
            sayAll(tail, replica);
        }
        sayWhatIsDue(tail, replica);
        if (!tail.isCurrent(replica) || replica.isDiverged()) {
            return;
        }
        Head now = replica.head();
        if (now.offset() > before.offset()) {
            metrics.clusterRepaired();
        }
        if (now.offset() < slice.head()) {
            waitForLate(tail, replica, slice);
        } else if (now.offset() == slice.head() && now.chain() != slice.chain()) {
            renew(tail, replica);
        }
    }

    /** What is missing here is remembered nowhere, but may be on its way. */
    private void waitForLate(Tail tail, Replica replica, Slice slice) {
        long head = replica.head().offset();
        long now = System.nanoTime();
        if (tail.waitsAt != head) {
            tail.waitsAt = head;
            tail.waitsSinceNanos = now;
            vertx.setTimer(LOST_AFTER_MS, timer -> {
                if (tail.isCurrent(replica) && replica.head().offset() == head) {
                    readSoon(tail, 0);
                }
            });
        } else if (now - tail.waitsSinceNanos >= TimeUnit.MILLISECONDS.toNanos(LOST_AFTER_MS)) {
            skip(tail, slice);
        }
    }

    /** It is lost. */
    private void skip(Tail tail, Slice slice) {
        LOG.warn("members missed more of a room than its history holds");
        metrics.clusterRepaired();
        if (tail.keeping.state()) {
            restart(tail, slice, true);
        } else {
            service.closeMembers(tail.hosted, CloseReason.INSUFFICIENT_STATE);
            begin(tail, new Replica(slice, tail.keeping));
        }
    }

    /** The room's memory and what was told here are two histories: neither may go on under this epoch. */
    private void renew(Tail tail, Replica replica) {
        if (tail.isReading) {
            return;
        }
        tail.isReading = true;
        LOG.warn("a room's memory is not what was told of it; a new epoch begins");
        metrics.clusterRepaired();
        RoomName room = tail.hosted.name;
        logs.renew(room, replica.head().epoch(), freshEpoch())
                .onComplete(done -> appends.afterwards(room, () -> {
                    tail.isReading = false;
                    if (!tail.isCurrent(replica)) {
                        return;
                    }
                    Slice slice = done.succeeded() ? done.result() : null;
                    if (slice != null && slice.epoch() != replica.head().epoch()) {
                        restart(tail, slice, false);
                    } else {
                        readSoon(tail, READ_AGAIN_MS);
                    }
                }));
    }

    /** Members learn anew where the room is. */
    private void restart(Tail tail, Slice slice, boolean sameEpoch) {
        Replica replica = new Replica(slice, tail.keeping);
        tail.replica = replica;
        SharedMessage told =
                new SharedMessage(Answers.whole(tail.hosted, replica, sameEpoch, service.mostInOneAnswer()), 0);
        service.deliver(tail.hosted, tail.hosted.everyFrame, told, null);
        rates.restarted(tail, replica, told);
        begin(tail, replica);
    }

    private static long freshEpoch() {
        return ThreadLocalRandom.current().nextLong();
    }
}
