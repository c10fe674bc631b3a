package dev.fanfara.chaos;

import dev.fanfara.chaos.Event.Acked;
import dev.fanfara.chaos.Event.Closed;
import dev.fanfara.chaos.Event.Delivered;
import dev.fanfara.chaos.Event.Joined;
import dev.fanfara.chaos.Event.Position;
import dev.fanfara.chaos.Event.Said;
import dev.fanfara.chaos.Event.Way;
import dev.fanfara.chaos.Publication.Seen;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a journal against the invariants of RELIABILITY.md. What only the end can tell, {@link LastJudgement} does. */
final class Checker {
    private final Journal journal;
    private final Verdict verdict;
    private final List<Publication> publications;
    private final Map<Place, Seen> places = new HashMap<>();
    private final Set<Place> takenTwice = new HashSet<>();
    private final Map<Integer, Watcher> watchers = new HashMap<>();
    private final List<Acked> acks = new ArrayList<>();
    /** The nodes each publication was said to. */
    private final Map<Integer, List<Integer>> saidTo = new HashMap<>();
    /** Their author knew of them before it said the next. */
    private final BitSet acknowledged = new BitSet();

    record Place(int room, String epoch, long offset) {
        @Override
        public String toString() {
            return room + " " + epoch + "/" + offset;
        }
    }

    /** One member as its journal tells it. */
    static final class Watcher {
        /** Nanoseconds; when it first became a member. */
        final long since;

        @Nullable
        String epoch;

        long at;
        /** What a recovery promised to lead to. */
        long promised;

        final Map<String, BitSet> seenByEpoch = new HashMap<>();
        final BitSet seen = new BitSet();
        /** Where it entered each epoch, as it was told; what was before is announced as missed. */
        final Map<String, Long> enteredAt = new HashMap<>();
        /** In a plain room, on this connection. */
        final BitSet seenHere = new BitSet();
        /** In a plain room, on this connection: the last of the author in order, by the node it was said to. */
        final Map<Integer, Long> lastInOrder = new HashMap<>();

        Watcher(long since) {
            this.since = since;
        }

        /** Up to here nothing of this epoch is owed. */
        long announced(@Nullable String of) {
            Long entered = of == null ? null : enteredAt.get(of);
            return entered == null ? 0 : entered;
        }
    }

    private Checker(Journal journal, Verdict verdict) {
        this.journal = journal;
        this.verdict = verdict;
        this.publications = journal.publications();
    }

    static Verdict judge(Journal journal) {
        Verdict verdict = new Verdict();
        Checker checker = new Checker(journal, verdict);
        List<Event> events = journal.events();
        for (Event event : events) {
            if (event instanceof Said said) {
                checker.saidTo
                        .computeIfAbsent(said.message(), first -> new ArrayList<>())
                        .add(said.node());
            } else if (event instanceof Acked acked) {
                checker.acknowledged.set(acked.message());
            }
        }
        events.forEach(checker::follow);
        checker.watchers.forEach((member, watcher) -> checker.judgePromise(member, watcher));
        for (Journal.Memory memory : journal.memories()) {
            for (Journal.Entry entry : memory.entries()) {
                checker.sight(
                        new Place(memory.room(), memory.head().epoch(), entry.offset()),
                        entry.seen(),
                        "node " + memory.node());
            }
        }
        checker.judgeOrder();
        new LastJudgement(journal, verdict, checker.watchers, checker.acks).pass();
        return verdict;
    }

    private void follow(Event event) {
        if (event instanceof Joined joined) {
            joined(joined);
        } else if (event instanceof Delivered delivered) {
            delivered(delivered);
        } else if (event instanceof Acked acked) {
            acked(acked);
        } else if (event instanceof Closed closed) {
            Watcher watcher = watchers.get(closed.member());
            if (watcher != null) {
                judgePromise(closed.member(), watcher);
                watcher.seenHere.clear();
                watcher.lastInOrder.clear();
            }
        }
    }

    private void joined(Joined joined) {
        Watcher watcher = watchers.computeIfAbsent(joined.member(), first -> new Watcher(joined.at()));
        judgePromise(joined.member(), watcher);
        Position now = joined.position();
        if (now == null) {
            return;
        }
        Position since = joined.since();
        if (joined.recovered() && since != null) {
            if (!since.epoch().equals(now.epoch()) || since.offset() > now.offset()) {
                verdict.add(
                        Breach.SILENT_GAP, "member %d: recovered from %s to %s".formatted(joined.member(), since, now));
            }
            watcher.at = joined.carriesState() ? now.offset() : since.offset();
            watcher.promised = now.offset();
        } else {
            if (!joined.asked() && now.epoch().equals(watcher.epoch) && now.offset() < watcher.at) {
                verdict.add(Breach.REORDERED, "member %d: put back to %s".formatted(joined.member(), now));
            }
            watcher.at = now.offset();
            watcher.promised = now.offset();
        }
        if (!now.epoch().equals(watcher.epoch)) {
            watcher.enteredAt.putIfAbsent(now.epoch(), now.offset());
        }
        watcher.epoch = now.epoch();
    }

    /** A recovery leads as far as it said, or says that it does not. */
    private void judgePromise(int member, Watcher watcher) {
        if (watcher.at < watcher.promised) {
            verdict.add(
                    Breach.SILENT_GAP,
                    "member %d of %s: recovered to %d, told only to %d"
                            .formatted(member, journal.roomOf(member), watcher.promised, watcher.at));
            watcher.at = watcher.promised;
        }
    }

    private void delivered(Delivered told) {
        Room room = journal.roomOf(told.member());
        if (told.room() != room.index()) {
            verdict.add(Breach.LEAK, "member %d of %s was told %s".formatted(told.member(), room, told));
            return;
        }
        Watcher watcher = watchers.get(told.member());
        if (watcher == null) {
            verdict.add(Breach.LEAK, "member %d has not joined: %s".formatted(told.member(), told));
            return;
        }
        judgePayload(told.seen(), room.index(), "member " + told.member());
        String epoch = told.epoch();
        if (epoch == null) {
            toldInPlainRoom(told, watcher);
            return;
        }
        sight(new Place(room.index(), epoch, told.offset()), told.seen(), "member " + told.member());
        if (told.way() != Way.SNAPSHOT) {
            if (told.way() == Way.LIVE) {
                judgePromise(told.member(), watcher);
            }
            judgePlace(told, watcher, epoch, room);
        }
        remember(watcher, told.seen());
    }

    private static void remember(Watcher watcher, Seen seen) {
        if (seen.id() >= 0) {
            watcher.seen.set(seen.id());
        }
    }

    private void judgePlace(Delivered told, Watcher watcher, String epoch, Room room) {
        BitSet seen = watcher.seenByEpoch.computeIfAbsent(epoch, first -> new BitSet());
        int id = told.seen().id();
        boolean again = id >= 0 && seen.get(id);
        String what = "member %d of %s, at %d: %s".formatted(told.member(), room, watcher.at, told);
        if (again) {
            verdict.add(Breach.DUPLICATE, what);
        }
        if (told.previous() > watcher.at) {
            verdict.add(Breach.SILENT_GAP, what);
        } else if (told.offset() <= watcher.at && !again) {
            verdict.add(Breach.REORDERED, what);
        }
        watcher.at = Math.max(watcher.at, told.offset());
        if (id >= 0) {
            seen.set(id);
        }
    }

    /**
     * What was said once comes once to a connection, and in order by way of one node. What was repeated may come as
     * often, from other nodes.
     */
    private void toldInPlainRoom(Delivered told, Watcher watcher) {
        int id = told.seen().id();
        List<Integer> nodes = saidTo.getOrDefault(id, List.of());
        if (id >= 0 && nodes.size() == 1) {
            if (watcher.seenHere.get(id)) {
                verdict.add(Breach.DUPLICATE, "member %d: %s".formatted(told.member(), told));
            }
            watcher.seenHere.set(id);
            Publication publication = publications.get(id);
            if (publication.author() == Publication.IN_ORDER && acknowledged.get(id)) {
                long last = watcher.lastInOrder.merge(nodes.get(0), publication.sequence(), Math::max);
                if (publication.sequence() < last) {
                    verdict.add(
                            Breach.REORDERED, "member %d, after %d: %s".formatted(told.member(), last, publication));
                }
            }
        }
    }

    private void judgePayload(Seen seen, int room, String witness) {
        if (seen.equals(Seen.MERGED)) {
            return;
        }
        if (seen.id() < 0 || seen.id() >= publications.size()) {
            verdict.add(Breach.ALTERED, witness + ": said by nobody: " + seen);
            return;
        }
        Publication said = publications.get(seen.id());
        if (said.hash() != seen.hash()) {
            verdict.add(Breach.ALTERED, "%s: %s is not %s".formatted(witness, seen, said));
        }
        if (said.room() != room) {
            verdict.add(Breach.LEAK, "%s: in room %d, said as %s".formatted(witness, room, said));
        }
    }

    private void acked(Acked acked) {
        acks.add(acked);
        String epoch = acked.epoch();
        if (epoch != null) {
            Publication said = publications.get(acked.message());
            sight(
                    new Place(said.room(), epoch, acked.offset()),
                    new Seen(said.id(), said.hash()),
                    "the ack of node " + acked.node());
        }
    }

    private void sight(Place place, Seen seen, String witness) {
        if (seen.equals(Seen.MERGED)) {
            return;
        }
        Seen other = places.putIfAbsent(place, seen);
        if (other != null && !other.equals(seen) && takenTwice.add(place)) {
            verdict.add(
                    Breach.SAME_POSITION_TWICE,
                    "%s in %s: %s, and by %s %s"
                            .formatted(place, journal.room(place.room()).name(), other, witness, seen));
        }
    }

    /** Who waits for each ack is told in that order; a publication has one place in an epoch. */
    private void judgeOrder() {
        Map<String, Acked> last = new HashMap<>();
        Map<String, Long> placeOf = new HashMap<>();
        Set<String> told = new HashSet<>();
        for (Acked acked : acks) {
            Publication said = publications.get(acked.message());
            if (acked.epoch() == null) {
                continue;
            }
            Long place = placeOf.putIfAbsent(acked.message() + " " + acked.epoch(), acked.offset());
            if (place != null) {
                if (place != acked.offset()) {
                    verdict.add(Breach.DUPLICATE, "%s, and at %d: %s".formatted(acked, place, said));
                }
                continue;
            }
            if (said.author() != Publication.IN_ORDER) {
                continue;
            }
            Acked before = last.put(said.room() + " " + acked.epoch(), acked);
            if (before != null
                    && publications.get(before.message()).sequence() < said.sequence()
                    && before.offset() > acked.offset()
                    && told.add(said.room() + " " + acked.epoch())) {
                verdict.add(Breach.REORDERED, "%s after %s in %s".formatted(acked, before, journal.room(said.room())));
            }
        }
    }
}
