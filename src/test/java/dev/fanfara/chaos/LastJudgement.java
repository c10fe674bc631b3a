package dev.fanfara.chaos;

import dev.fanfara.chaos.Event.Acked;
import dev.fanfara.chaos.Event.Position;
import dev.fanfara.chaos.Journal.Memory;
import dev.fanfara.chaos.Journal.Standing;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be said when all is quiet: whether nodes and members hold the same, and all that was acknowledged. */
final class LastJudgement {
    private final Journal journal;
    private final Verdict verdict;
    private final Map<Integer, Checker.Watcher> watchers;
    private final List<Acked> acks;
    private final List<Publication> publications;
    private final Map<Integer, List<Memory>> memories = new HashMap<>();
    private final Map<Integer, List<Standing>> standings = new HashMap<>();

    LastJudgement(Journal journal, Verdict verdict, Map<Integer, Checker.Watcher> watchers, List<Acked> acks) {
        this.journal = journal;
        this.verdict = verdict;
        this.watchers = watchers;
        this.acks = acks;
        this.publications = journal.publications();
        journal.memories()
                .forEach(memory -> memories.computeIfAbsent(memory.room(), first -> new ArrayList<>())
                        .add(memory));
        journal.standings()
                .forEach(standing -> standings
                        .computeIfAbsent(standing.room(), first -> new ArrayList<>())
                        .add(standing));
    }

    void pass() {
        memories.forEach((room, known) -> {
            judgeNodes(room, known);
            judgeMembers(journal.room(room), known.get(0));
        });
        judgeAcks();
        judgePresence();
    }

    private void judgeNodes(int room, List<Memory> known) {
        Memory first = known.get(0);
        for (Memory other : known) {
            if (!other.head().equals(first.head())) {
                verdict.add(
                        Breach.NODES_DISAGREE,
                        "%s: node %d is at %s, node %d at %s"
                                .formatted(journal.room(room), first.node(), first.head(), other.node(), other.head()));
            } else if (!same(first.state(), other.state())) {
                verdict.add(
                        Breach.STATE_DIFFERS,
                        "%s: nodes %d and %d".formatted(journal.room(room), first.node(), other.node()));
            }
        }
    }

    private static boolean same(@Nullable JsonObject one, @Nullable JsonObject other) {
        return one == null ? other == null : one.equals(other);
    }

    private void judgeMembers(Room room, Memory truth) {
        for (Standing standing : standings.getOrDefault(room.index(), List.of())) {
            Position position = standing.position();
            if (!truth.head().equals(position)) {
                verdict.add(
                        Breach.LEFT_BEHIND,
                        "member %d of %s is at %s of %s".formatted(standing.member(), room, position, truth.head()));
            } else if (!same(truth.state(), standing.state())) {
                verdict.add(Breach.STATE_DIFFERS, "%s: member %d".formatted(room, standing.member()));
            }
        }
    }

    private void judgeAcks() {
        Map<Integer, Acked> byMessage = new LinkedHashMap<>();
        for (Acked acked : acks) {
            byMessage.merge(acked.message(), acked, (before, now) -> isOfToday(before) ? before : now);
        }
        byMessage.values().forEach(acked -> {
            Publication said = publications.get(acked.message());
            List<Memory> known = memories.getOrDefault(said.room(), List.of());
            if (known.isEmpty()) {
                return;
            }
            Memory missing = known.stream()
                    .filter(memory -> !remembers(memory, said, acked))
                    .findFirst()
                    .orElse(null);
            List<Integer> untold = untold(said, acked);
            String what = "%s, %s, in %s".formatted(acked, said, journal.room(said.room()));
            if (isOfToday(acked)) {
                if (missing != null) {
                    verdict.add(Breach.ACKED_THEN_LOST, what + ": node " + missing.node() + " is at " + missing.head());
                }
                untold.forEach(member -> verdict.add(Breach.NOT_DELIVERED, what + ": member " + member));
            } else if (missing != null
                    && (!untold.isEmpty() || journal.room(said.room()).keepsState())) {
                verdict.add(Breach.ACKED_THEN_LOST_WITH_NEW_EPOCH, what + ": now at " + missing.head());
            }
        });
    }

    private boolean isOfToday(Acked acked) {
        int room = publications.get(acked.message()).room();
        return memories.getOrDefault(room, List.of()).stream()
                .anyMatch(memory -> memory.head().epoch().equals(acked.epoch()));
    }

    private boolean remembers(Memory memory, Publication said, Acked acked) {
        boolean sameEpoch = memory.head().epoch().equals(acked.epoch());
        long oldest = memory.entries().isEmpty()
                ? Long.MAX_VALUE
                : memory.entries().get(0).offset();
        if (sameEpoch && acked.offset() <= memory.head().offset() && acked.offset() < oldest) {
            return true; // too old to ask for
        }
        if (memory.entries().stream()
                .anyMatch(
                        entry -> entry.seen().id() == said.id() && (!sameEpoch || entry.offset() == acked.offset()))) {
            return true;
        }
        JsonObject state = memory.state();
        JsonObject mine = state == null ? null : state.getJsonObject("a" + said.author());
        return !sameEpoch && mine != null && mine.getLong("s", 0L) >= said.sequence();
    }

    /** Members of a log who were there before it was said, are there in the end, and were never told. */
    private List<Integer> untold(Publication said, Acked acked) {
        List<Integer> untold = new ArrayList<>();
        if (journal.room(said.room()).kind() == Room.Kind.LOG) {
            for (Standing standing : standings.getOrDefault(said.room(), List.of())) {
                Checker.Watcher watcher = watchers.get(standing.member());
                if (watcher != null
                        && watcher.since < said.at()
                        && acked.offset() > watcher.announced(acked.epoch())
                        && !watcher.seen.get(said.id())) {
                    untold.add(standing.member());
                }
            }
        }
        return untold;
    }

    private void judgePresence() {
        for (Journal.Presence presence : journal.presences()) {
            Set<String> there = new HashSet<>();
            standings.getOrDefault(presence.room(), List.of()).forEach(standing -> there.add(standing.user()));
            Room room = journal.room(presence.room());
            for (String user : presence.users()) {
                if (!there.contains(user)) {
                    verdict.add(Breach.GHOST, "node %d, %s: %s".formatted(presence.node(), room, user));
                }
            }
            for (String user : there) {
                if (!presence.users().contains(user)) {
                    verdict.add(Breach.UNLISTED, "node %d, %s: %s".formatted(presence.node(), room, user));
                }
            }
        }
    }
}
