package dev.fanfara.broadcast;

import dev.fanfara.log.RoomLogs;
import dev.fanfara.memory.Heap;
import dev.fanfara.memory.Intake;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Proposal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one loop publishes in rooms that remember: for each room one batch is under way, and what comes meanwhile is the
 * next. So a publisher's messages keep their order without waiting for each other, and the busier a room is the less
 * each of them costs. Touched only by the room service's event loop.
 */
final class Appends {
    private static final int MAX_BATCH = 256;
    private static final int MAX_BATCH_BYTES = 256 * 1024;
    /** Of one room; a publisher that outruns the cluster gets {@code unavailable} in place of a place in a long queue. */
    private static final int MAX_WAITING_BYTES = 4 << 20;

    private static final Duration SOON = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Appends.class);

    private final RoomLogs logs;
    private final String source;
    private final Memory memory;
    private final GatewayMetrics metrics;
    private final Map<RoomName, Line> lines = new HashMap<>();
    private long batches;

    /** {@code source} names this node, for as long as it runs. */
    Appends(RoomLogs logs, String source, Memory memory, GatewayMetrics metrics) {
        this.logs = logs;
        this.source = source;
        this.memory = memory;
        this.metrics = metrics;
    }

    private record Waiting(Proposal proposal, Author author) {
        int bytes() {
            return Intake.weight(proposal.payload());
        }
    }

    /** The publications for one room that wait or are under way. */
    private static final class Line {
        final Deque<Waiting> waiting = new ArrayDeque<>();
        final List<Runnable> afterwards = new ArrayList<>();
        /** The next batch tells the room what to keep, even if there is nothing to publish. */
        final List<Promise<Void>> adopting = new ArrayList<>();

        int bytes;
        boolean underWay;
        Head confirmed = Head.UNKNOWN;
        Keeping keeping;

        Line(Keeping keeping) {
            this.keeping = keeping;
        }
    }

    void propose(RoomName room, Keeping keeping, Proposal proposal, Author author) {
        if (memory.heap().isLow()) {
            metrics.refusedForMemory();
            author.refused(Heap.refusal());
            return;
        }
        Line known = lines.get(room);
        Waiting waiting = new Waiting(proposal, author);
        if (known != null && known.bytes + waiting.bytes() > MAX_WAITING_BYTES) {
            author.refused(new Refusal(ErrorCode.UNAVAILABLE, "Too much waits to be published in this room", SOON));
            return;
        }
        if (!memory.intake().tryTake(waiting.bytes())) {
            metrics.refusedForMemory();
            author.refused(Intake.refusal());
            return;
        }
        Line line = known != null ? known : new Line(keeping);
        lines.put(room, line);
        line.keeping = keeping;
        line.bytes += waiting.bytes();
        line.waiting.add(waiting);
        if (!line.underWay) {
            sendNext(room, line);
        }
    }

    /** Tells the room what it is to keep from now on; completes when it knows, or could not be told. */
    Future<Void> adopt(RoomName room, Keeping keeping) {
        Line line = lines.computeIfAbsent(room, first -> new Line(keeping));
        line.keeping = keeping;
        Promise<Void> told = Promise.promise();
        line.adopting.add(told);
        if (!line.underWay) {
            sendNext(room, line);
        }
        return told.future();
    }

    /** When what is under way for this room has its answer; at once if nothing is. */
    void afterwards(RoomName room, Runnable action) {
        Line line = lines.get(room);
        if (line == null || !line.underWay) {
            action.run();
        } else {
            line.afterwards.add(action);
        }
    }

    private void sendNext(RoomName room, Line line) {
        List<Waiting> batch = new ArrayList<>();
        int bytes = 0;
        while (!line.waiting.isEmpty() && batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Waiting next = line.waiting.remove();
            bytes += next.bytes();
            batch.add(next);
        }
        line.underWay = true;
        List<Promise<Void>> adopting = List.copyOf(line.adopting);
        line.adopting.clear();
        int sent = bytes;
        logs.append(
                        room,
                        new Batch(
                                source,
                                ++batches,
                                ThreadLocalRandom.current().nextLong(),
                                line.confirmed,
                                line.keeping,
                                batch.stream().map(Waiting::proposal).toList()))
                .onComplete(done -> {
                    line.bytes -= sent;
                    memory.intake().giveBack(sent);
                    try {
                        if (done.succeeded()) {
                            answered(line, batch, done.result());
                        } else {
                            Refusal refusal = Refusal.of(done.cause());
                            batch.forEach(each -> each.author().refused(refusal));
                        }
                    } catch (RuntimeException bug) {
                        LOG.error("telling what became of publications failed", bug);
                    } finally {
                        // The room must not stand still for it.
                        goOn(room, line);
                        adopting.forEach(Promise::complete);
                    }
                });
    }

    private void answered(Line line, List<Waiting> batch, Appended answer) {
        for (int i = 0; i < batch.size(); i++) {
            Outcome outcome = answer.outcomes().get(i);
            Proposal proposal = batch.get(i).proposal();
            Author author = batch.get(i).author();
            switch (outcome.kind()) {
                case TAKEN -> {
                    line.confirmed = new Head(answer.epoch(), outcome.offset(), outcome.chain());
                    author.taken(
                            answer.epoch(),
                            new Entry(
                                    outcome.offset(),
                                    answer.timestamp(),
                                    proposal.user(),
                                    proposal.payload(),
                                    outcome.chain(),
                                    null));
                }
                case DUPLICATE -> author.repeated(answer.epoch(), outcome.offset());
                case CONFLICT ->
                    author.refused(new Refusal(ErrorCode.CONFLICT, "key: another payload was published under it"));
                case RATE_LIMITED ->
                    author.refused(new Refusal(
                            ErrorCode.RATE_LIMITED, "Rate limit exceeded", Duration.ofMillis(outcome.offset())));
                case TOO_LARGE ->
                    author.refused(new Refusal(
                            ErrorCode.TOO_LARGE,
                            "The state of this room has at most " + line.keeping.stateBytes() + " bytes"));
                case NO_PATCH ->
                    author.refused(
                            new Refusal(ErrorCode.BAD_REQUEST, "data: expected an object, a merge patch (RFC 7396)"));
                case OUTDATED -> author.refused(new Refusal(ErrorCode.UNAVAILABLE, "The room has moved on", SOON));
            }
        }
    }

    private void goOn(RoomName room, Line line) {
        line.underWay = false;
        List<Runnable> afterwards = List.copyOf(line.afterwards);
        line.afterwards.clear();
        afterwards.forEach(Runnable::run);
        if (line.underWay) {
            // One of them published, and sent the next.
            return;
        }
        if (line.waiting.isEmpty() && line.adopting.isEmpty()) {
            lines.remove(room);
        } else {
            sendNext(room, line);
        }
    }
}
