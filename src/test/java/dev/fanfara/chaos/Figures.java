package dev.fanfara.chaos;

import dev.fanfara.chaos.Event.Acked;
import dev.fanfara.chaos.Event.Closed;
import dev.fanfara.chaos.Event.Delivered;
import dev.fanfara.chaos.Event.Joined;
import dev.fanfara.chaos.Event.Refused;
import dev.fanfara.chaos.Event.Way;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a fault did to those who publish and watch, in milliseconds and numbers. */
final class Figures {
    /** What never happened took so long. */
    static final long NEVER = Long.MAX_VALUE;

    private final Journal journal;
    private final Times times;

    final int published;
    final int acked;
    final Map<String, Integer> refused = new TreeMap<>();
    final Map<Integer, Integer> closes = new TreeMap<>();
    /** The longest time without an ack from anywhere, in rooms with positions. */
    final long publishGap;
    /** The same of the room that waited longest. */
    final long publishGapOfARoom;

    final Map<Integer, Long> publishGapByNode = new TreeMap<>();
    final List<Long> back = new ArrayList<>();
    final int roomsWithNewEpoch;
    final long latencyBefore;
    final long latencyAfter;
    final int lostInPlainRooms;

    /** Nanoseconds: load without a fault from {@code baseline}, the fault, the end of the load. */
    record Times(long baseline, long strike, long struck, long stop) {}

    Figures(Journal journal, Times times) {
        this.journal = journal;
        this.times = times;
        List<Publication> publications = journal.publications();
        published = publications.size();
        Set<Integer> acknowledged = new HashSet<>();
        List<Long> acks = new ArrayList<>(List.of(times.strike()));
        Map<Integer, List<Long>> acksByNode = new HashMap<>();
        for (int node = 0; node < Nodes.SIZE; node++) {
            acksByNode.put(node, new ArrayList<>(List.of(times.strike())));
        }
        Map<Integer, List<Long>> acksByRoom = new HashMap<>();
        for (Event event : journal.events()) {
            if (event instanceof Acked ack) {
                acknowledged.add(ack.message());
                if (ack.epoch() != null && ack.at() > times.strike() && ack.at() < times.stop()) {
                    acks.add(ack.at());
                    acksByRoom
                            .computeIfAbsent(
                                    publications.get(ack.message()).room(),
                                    first -> new ArrayList<>(List.of(times.strike())))
                            .add(ack.at());
                    acksByNode
                            .computeIfAbsent(ack.node(), first -> new ArrayList<>())
                            .add(ack.at());
                }
            } else if (event instanceof Refused no) {
                refused.merge(no.code(), 1, Integer::sum);
            } else if (event instanceof Closed closed && !closed.byItself()) {
                closes.merge(closed.code(), 1, Integer::sum);
            }
        }
        acked = acknowledged.size();
        publishGap = longestGap(acks);
        publishGapOfARoom =
                acksByRoom.values().stream().mapToLong(this::longestGap).max().orElse(NEVER);
        acksByNode.forEach((node, each) -> publishGapByNode.put(node, longestGap(each)));
        roomsWithNewEpoch = countNewEpochs();
        latencyBefore = latency(times.baseline(), times.strike());
        latencyAfter = latency(times.strike(), times.stop());
        measureReturns();
        lostInPlainRooms = countLostInPlainRooms(acknowledged);
    }

    private long longestGap(List<Long> moments) {
        moments.add(times.stop());
        long longest = 0;
        for (int i = 1; i < moments.size(); i++) {
            longest = Math.max(longest, moments.get(i) - moments.get(i - 1));
        }
        return ms(longest);
    }

    private int countNewEpochs() {
        Map<Integer, Set<String>> epochs = new HashMap<>();
        for (Event event : journal.events()) {
            if (event instanceof Joined joined && joined.position() != null) {
                epochs.computeIfAbsent(journal.roomOf(joined.member()).index(), first -> new HashSet<>())
                        .add(joined.position().epoch());
            }
        }
        return (int) epochs.values().stream().filter(each -> each.size() > 1).count();
    }

    /** p99 of what was said in this time, from the first attempt to every member. */
    private long latency(long from, long to) {
        List<Long> latencies = new ArrayList<>();
        List<Publication> publications = journal.publications();
        for (Event event : journal.events()) {
            if (event instanceof Delivered told
                    && told.way() == Way.LIVE
                    && told.seen().id() >= 0
                    && told.seen().id() < publications.size()) {
                long said = publications.get(told.seen().id()).at();
                if (said >= from && said < to) {
                    latencies.add(ms(told.at() - said));
                }
            }
        }
        return percentile(latencies, 99);
    }

    /** From the loss of the socket to the answer to the join. */
    private void measureReturns() {
        Map<Integer, Long> away = new HashMap<>();
        for (Event event : journal.events()) {
            if (event instanceof Closed closed && !closed.byItself()) {
                away.putIfAbsent(closed.member(), closed.at());
            } else if (event instanceof Joined joined && joined.asked()) {
                Long since = away.remove(joined.member());
                if (since != null) {
                    back.add(ms(joined.at() - since));
                }
            }
        }
        away.values().forEach(never -> back.add(NEVER));
    }

    /** Nothing is promised here; of those who were members all the time. */
    private int countLostInPlainRooms(Set<Integer> acknowledged) {
        Map<Integer, Set<Integer>> told = new HashMap<>();
        Map<Integer, Integer> joins = new HashMap<>();
        for (Event event : journal.events()) {
            if (event instanceof Delivered delivered && delivered.epoch() == null) {
                told.computeIfAbsent(delivered.member(), first -> new HashSet<>())
                        .add(delivered.seen().id());
            } else if (event instanceof Joined joined && joined.position() == null) {
                joins.merge(joined.member(), 1, Integer::sum);
            }
        }
        int lost = 0;
        List<Publication> publications = journal.publications();
        for (Map.Entry<Integer, Integer> each : joins.entrySet()) {
            int member = each.getKey();
            if (each.getValue() == 1) {
                for (Publication said : publications) {
                    boolean concerns =
                            said.room() == journal.roomOf(member).index() && acknowledged.contains(said.id());
                    lost += concerns && !told.getOrDefault(member, Set.of()).contains(said.id()) ? 1 : 0;
                }
            }
        }
        return lost;
    }

    static long percentile(List<Long> values, int percent) {
        if (values.isEmpty()) {
            return 0;
        }
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(sorted.size() * percent / 100.0) - 1));
    }

    static long ms(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static String text(long ms) {
        return ms == NEVER ? "never" : ms + " ms";
    }

    /** To read. */
    Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("published / acknowledged", published + " / " + acked);
        all.put("refused", refused.toString());
        all.put(
                "publish gap",
                text(publishGap) + ", of a room " + text(publishGapOfARoom) + ", by node " + publishGapByNode);
        all.put("closes by code", closes.toString());
        all.put(
                "members back",
                back.size() + ": p50 " + text(percentile(back, 50)) + ", p99 " + text(percentile(back, 99)));
        all.put("rooms with a new epoch", Integer.toString(roomsWithNewEpoch));
        all.put("delivery p99", latencyBefore + " ms before, " + latencyAfter + " ms from the fault on");
        all.put("lost in plain rooms (not promised)", Integer.toString(lostInPlainRooms));
        all.put("fault took", text(ms(times.struck() - times.strike())));
        return all;
    }
}
