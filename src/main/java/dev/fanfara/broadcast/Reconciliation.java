package dev.fanfara.broadcast;

import dev.fanfara.log.RoomLogs;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Head;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares every few seconds what members here were told with what rooms remember, so that the loss of a room's last
 * message is found too. Touched only by the room service's event loop.
 */
final class Reconciliation {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    /** Each room once in so long. */
    private static final long ROUND_MS = 4_000;
    /** In so many steps, or a loop with many rooms would stand still for a moment. */
    private static final int STEPS = 20;

    private final BroadcastVerticle service;
    private final RoomLogs logs;
    private final Stream stream;
    private Iterator<Tail> round = List.<Tail>of().iterator();
    private int stepsLeft;
    private int perStep;

    private record Asked(Tail tail, Head here) {}

    Reconciliation(BroadcastVerticle service, RoomLogs logs, Stream stream, Vertx vertx) {
        this.service = service;
        this.logs = logs;
        this.stream = stream;
        vertx.setPeriodic(ROUND_MS / STEPS, timer -> step());
    }

    private void step() {
        if (stepsLeft == 0) {
            List<Tail> tails = service.tails();
            stepsLeft = STEPS;
            perStep = tails.size() / STEPS + 1;
            round = tails.iterator();
        }
        stepsLeft--;
        List<Tail> some = new ArrayList<>();
        while (some.size() < perStep && round.hasNext()) {
            some.add(round.next());
        }
        compare(some);
    }

    /** After a change of the cluster nobody waits for the next round. */
    void now() {
        compare(service.tails());
    }

    private void compare(List<Tail> tails) {
        List<Asked> asked = new ArrayList<>();
        List<RoomName> rooms = new ArrayList<>();
        long now = System.currentTimeMillis();
        for (Tail tail : tails) {
            if (tail.replica != null) {
                // Where nothing is said any more nothing else would free it.
                tail.replica.expire(now);
            }
            if (tail.isCurrent() && tail.replica != null && !tail.isReading) {
                asked.add(new Asked(tail, tail.replica.head()));
                rooms.add(tail.hosted.name);
            }
        }
        if (!asked.isEmpty()) {
            logs.heads(rooms)
                    .onSuccess(heads -> asked.forEach(
                            each -> stream.compare(each.tail(), each.here(), heads.get(each.tail().hosted.name))))
                    .onFailure(failure -> LOG.debug("rooms cannot be compared with their memories", failure));
        }
    }
}
