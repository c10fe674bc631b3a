package dev.fanfara.broadcast;

import dev.fanfara.bus.Channel;
import dev.fanfara.bus.EdgeMessage;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.room.Entry;
import dev.fanfara.room.Replica;
import dev.fanfara.room.Tree;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Members of state rooms that get so many frames a second at most. What happens between two frames reaches all who
 * asked for the same rate as one merged patch, made and encoded once; the last one leaves within an interval after the
 * room falls silent. Touched only by the room service's event loop.
 */
final class Rates {
    /** More are not needed; each costs every publication of the room a little. */
    private static final int MAX_GROUPS = 24;
    /** Changed names, beyond which the whole state is cheaper to tell and to remember. */
    private static final int MAX_CHANGES = 20_000;

    private final BroadcastVerticle service;
    private final Vertx vertx;
    private final GatewayMetrics metrics;

    Rates(BroadcastVerticle service, Vertx vertx, GatewayMetrics metrics) {
        this.service = service;
        this.vertx = vertx;
        this.metrics = metrics;
    }

    /**
     * Puts a member where its rate belongs.
     *
     * @param asked null: as before, or as the room's rule says
     * @return the rate it gets
     */
    int place(Tail tail, Replica replica, ConnectionId member, @Nullable Integer asked) {
        if (asked != null) {
            tail.askedRates.put(member, asked);
        }
        RateGroup before = tail.rated.get(member);
        int maxRate = rateOf(tail, member);
        if (before == null ? maxRate == Channel.EVERY_FRAME : before.channel.maxRate() == maxRate) {
            return maxRate;
        }
        remove(tail, member);
        if (maxRate != Channel.EVERY_FRAME) {
            RateGroup group = tail.groups.computeIfAbsent(
                    maxRate,
                    rate -> new RateGroup(
                            new Channel(tail.hosted.name, rate), replica.head().offset(), System.nanoTime()));
            group.members++;
            tail.rated.put(member, group);
        }
        return maxRate;
    }

    private static int rateOf(Tail tail, ConnectionId member) {
        int most = tail.hosted.maxRate == 0 ? Channel.EVERY_FRAME : tail.hosted.maxRate;
        int wanted = Math.min(most, tail.askedRates.getOrDefault(member, Channel.EVERY_FRAME));
        boolean hasGroup = wanted == Channel.EVERY_FRAME || wanted == Channel.PAUSED || tail.groups.containsKey(wanted);
        return hasGroup || tail.groups.size() < MAX_GROUPS ? wanted : nextLower(tail, wanted);
    }

    /** A rate that others have, or the lowest there is. */
    private static int nextLower(Tail tail, int wanted) {
        return tail.groups.keySet().stream()
                .filter(rate -> rate != Channel.PAUSED && rate <= wanted)
                .max(Integer::compare)
                .orElse(1);
    }

    void left(Tail tail, ConnectionId member) {
        tail.askedRates.remove(member);
        remove(tail, member);
    }

    private void remove(Tail tail, ConnectionId member) {
        RateGroup group = tail.rated.remove(member);
        if (group != null && --group.members == 0) {
            tail.groups.remove(group.channel.maxRate());
            sendAcks(group);
        }
    }

    /** Takes out the acks that wait for a frame this member will not get: something else tells it what the frame would. */
    List<Tail.DueAck> takeAcks(Tail tail, ConnectionId member) {
        RateGroup group = tail.rated.get(member);
        if (group == null) {
            return List.of();
        }
        List<Tail.DueAck> taken = group.acks.stream()
                .filter(due -> due.ack().connection().equals(member))
                .toList();
        group.acks.removeAll(taken);
        return taken;
    }

    /** The room's rule has another rate. */
    void adopt(Tail tail, Replica replica) {
        tail.groups.values().forEach(group -> flush(tail, replica, group));
        tail.hosted.room.forEachMember((connection, member) -> {
            RateGroup before = tail.rated.get(connection);
            int rate = before == null ? Channel.EVERY_FRAME : before.channel.maxRate();
            int now = place(tail, replica, connection, null);
            if (now != rate) {
                service.tellEdge(member.loop(), new EdgeMessage.Moved(tail.hosted.name, connection, now));
            }
        });
    }

    /** The room said something. */
    void heard(Tail tail, Entry entry) {
        Tree patch = null;
        for (RateGroup group : tail.groups.values()) {
            group.timestamp = entry.timestamp();
            if (!group.isPaused() && group.changes.size() <= MAX_CHANGES) {
                patch = patch == null ? Tree.read(entry.payload().json()) : patch;
                Answers.add(patch, entry, group.changes);
            }
        }
    }

    /** A member's own publication was said: it learns that with the frame that brings it, if one did not before. */
    void acknowledge(Tail tail, Tail.DueAck due) {
        RateGroup group = tail.rated.get(due.ack().connection());
        boolean isNews = due.at().epoch() == tail.epoch();
        if (group != null && !group.isPaused() && isNews && due.at().offset() > group.said) {
            group.acks.add(due);
        } else {
            service.tellEdge(due.loop(), due.ack());
        }
    }

    /** At the end of what was said in one go. */
    void flushDue(Tail tail, Replica replica) {
        tail.groups.values().forEach(group -> flushIfDue(tail, replica, group));
    }

    private void flushIfDue(Tail tail, Replica replica, RateGroup group) {
        if (group.isPaused() || group.timerRuns || group.said == replica.head().offset()) {
            return;
        }
        long early = group.saidNanos + group.intervalNanos() - System.nanoTime();
        if (early <= 0) {
            flush(tail, replica, group);
            return;
        }
        group.timerRuns = true;
        vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(early) + 1, timer -> {
            group.timerRuns = false;
            Replica now = tail.replica;
            if (tail.isCurrent() && now != null && tail.groups.get(group.channel.maxRate()) == group) {
                flush(tail, now, group);
            }
        });
    }

    private void flush(Tail tail, Replica replica, RateGroup group) {
        long head = replica.head().offset();
        Tree state = replica.state();
        if (group.isPaused() || state == null) {
            return;
        }
        if (head > group.said) {
            service.deliver(tail.hosted, group.channel, new SharedMessage(frame(tail, replica, state, group), 0), null);
            metrics.conflated((int) (head - group.said - 1));
            group.said = head;
            group.saidNanos = System.nanoTime();
        }
        group.changes.clear();
        sendAcks(group);
    }

    private ServerMessage frame(Tail tail, Replica replica, Tree state, RateGroup group) {
        if (group.changes.size() <= MAX_CHANGES) {
            Tree merged = group.changes.against(state);
            if (merged.bytes() <= state.bytes() + Answers.ENVELOPE) {
                return new ServerMessage.Patch(
                        tail.hosted.name, merged.toJson(), replica.head().offset(), group.said, group.timestamp);
            }
        }
        return Answers.whole(tail.hosted, replica, true, service.mostInOneAnswer());
    }

    private void sendAcks(RateGroup group) {
        List<Tail.DueAck> acks = List.copyOf(group.acks);
        group.acks.clear();
        acks.forEach(due -> service.tellEdge(due.loop(), due.ack()));
    }

    /** The room keeps no state any more, so there is nothing to be left out. */
    void close(Tail tail) {
        tail.groups.values().forEach(this::sendAcks);
        tail.groups.clear();
        tail.hosted.room.forEachMember((connection, member) -> {
            if (tail.rated.containsKey(connection)) {
                service.tellEdge(
                        member.loop(), new EdgeMessage.Moved(tail.hosted.name, connection, Channel.EVERY_FRAME));
            }
        });
        tail.rated.clear();
    }

    /** Members were told where the room is now. */
    void restarted(Tail tail, Replica replica, SharedMessage told) {
        for (RateGroup group : tail.groups.values()) {
            group.changes.clear();
            group.said = replica.head().offset();
            if (!group.isPaused()) {
                service.deliver(tail.hosted, group.channel, told, null);
            }
            sendAcks(group);
        }
    }
}
