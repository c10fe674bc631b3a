package dev.fanfara.chaos;

import dev.fanfara.testing.GatewayProcess;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Load, a baseline, one fault, some more load, quiet; then what everybody holds is read and judged. */
final class Experiment {
    private static final String KEY_HEADER = "X-API-Key";
    private static final int HISTORY = 1000;

    private final Nodes nodes;
    private final Load load;
    private final Pace pace;
    private final long seed;
    private final Seam seam;

    /** Seconds; {@code presence} after the fault it is time that no ghost is listed any more. */
    record Pace(int warmUp, int baseline, int after, int settle, int presence) {
        static final Pace FULL = new Pace(10, 10, 30, 30, 30);
        static final Pace SHORT = new Pace(2, 3, 6, 30, 20);
        static final Pace CHEATED = new Pace(2, 2, 2, 3, 0);
    }

    /**
     * @param settled milliseconds from the end of the load until members and nodes were at one place
     * @param crossNode milliseconds from the end of the fault until what is said on any node reached every node again
     * @param presence milliseconds from the end of the fault until every node listed who was there, and nobody else
     */
    record Result(
            Fault fault,
            long seed,
            Journal journal,
            Verdict verdict,
            Figures figures,
            long settled,
            long crossNode,
            long presence,
            int givenUp) {
        Map<String, String> all() {
            Map<String, String> all = new LinkedHashMap<>();
            for (Breach breach : Breach.values()) {
                all.put(breach.toString(), Integer.toString(verdict.count(breach)));
            }
            all.putAll(figures.all());
            all.put("given up", Integer.toString(givenUp));
            all.put("cross-node delivery complete after", text(crossNode));
            all.put("presence true after", text(presence));
            all.put("members at their rooms' places after", text(settled));
            return all;
        }

        private static String text(long ms) {
            return ms == Figures.NEVER ? "never" : ms + " ms";
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("== " + fault.name() + ", -Dfanfara.seed=" + seed + "\n");
            all().forEach((name, value) ->
                    text.append("   ").append(name).append(": ").append(value).append('\n'));
            verdict.sentences()
                    .forEach(sentence -> text.append("   ! ").append(sentence).append('\n'));
            return text.toString();
        }
    }

    Experiment(Nodes nodes, Load load, Pace pace, long seed, Seam seam) {
        this.nodes = nodes;
        this.load = load;
        this.pace = pace;
        this.seed = seed;
        this.seam = seam;
    }

    Result suffer(Fault fault) {
        Random random = new Random(seed);
        // Nodes remember the rooms of earlier experiments.
        String scope = Long.toString(System.nanoTime(), 36);
        List<Room> rooms = new ArrayList<>();
        for (int i = 0; i < load.rooms(); i++) {
            rooms.add(Room.of(i, scope));
        }
        Journal journal = new Journal(rooms, load.membersPerRoom());
        try (Crowd crowd = new Crowd(load, nodes, journal, new Random(seed), seam)) {
            crowd.gather();
            crowd.startPublishing();
            Fault.pause(pace.warmUp() * 1000L);
            long baseline = System.nanoTime();
            Fault.pause(pace.baseline() * 1000L);
            long strike = System.nanoTime();
            fault.act().strike(nodes, crowd, random);
            long struck = System.nanoTime();
            long presence = watchPresence(crowd, struck);
            long stop = System.nanoTime();
            crowd.stopPublishing();
            long settled = settle(crowd, journal);
            presence = Math.min(presence, readPresence(crowd, journal, struck));
            readNodes(journal);
            Figures figures = new Figures(journal, new Figures.Times(baseline, strike, struck, stop));
            Result result = new Result(
                    fault,
                    seed,
                    journal,
                    Checker.judge(journal),
                    figures,
                    settled,
                    crossNode(crowd.rounds(), struck, stop),
                    presence,
                    crowd.givenUpSoFar());
            if (!result.verdict().counts().isEmpty()) {
                Evidence.write(result, nodes);
            }
            return result;
        }
    }

    /** Goes on for as long as the load does. */
    private long watchPresence(Crowd crowd, long struck) {
        long end = struck + TimeUnit.SECONDS.toNanos(pace.after());
        long trueAfter = Figures.NEVER;
        while (System.nanoTime() < end) {
            long asked = System.nanoTime();
            if (trueAfter == Figures.NEVER && isTrue(crowd.presences(), crowd.standings())) {
                trueAfter = Figures.ms(asked - struck);
            }
            Fault.pause(Math.min(1000, Figures.ms(Math.max(0, end - System.nanoTime()))));
        }
        return trueAfter;
    }

    /** What is listed in the end, or when it is time that it were true. */
    private long readPresence(Crowd crowd, Journal journal, long struck) {
        long end = struck + TimeUnit.SECONDS.toNanos(pace.presence());
        while (true) {
            long asked = System.nanoTime();
            List<Journal.Standing> standings = crowd.standings();
            List<Journal.Presence> presences = crowd.presences();
            boolean isTrue = isTrue(presences, standings);
            if (isTrue || asked > end) {
                standings.forEach(journal::write);
                presences.forEach(journal::write);
                return isTrue ? Figures.ms(asked - struck) : Figures.NEVER;
            }
            Fault.pause(500);
        }
    }

    private boolean isTrue(List<Journal.Presence> presences, List<Journal.Standing> standings) {
        Map<Integer, Set<String>> there = new LinkedHashMap<>();
        standings.forEach(standing ->
                there.computeIfAbsent(standing.room(), first -> new HashSet<>()).add(standing.user()));
        return standings.size() == load.members()
                && presences.stream().allMatch(presence -> presence.users().equals(there.get(presence.room())));
    }

    /** Milliseconds until every member is where all nodes say its room is. */
    private long settle(Crowd crowd, Journal journal) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(pace.settle())) {
            if (isSettled(crowd, journal)) {
                return Figures.ms(System.nanoTime() - begin);
            }
            Fault.pause(500);
        }
        return Figures.NEVER;
    }

    private boolean isSettled(Crowd crowd, Journal journal) {
        if (!crowd.isComplete()) {
            return false;
        }
        List<Event.@Nullable Position> positions = crowd.positions();
        for (Room room : journal.rooms()) {
            if (room.hasPositions()) {
                for (GatewayProcess node : nodes.all()) {
                    JsonObject answer = ask(node, room, "messages?limit=1");
                    if (answer == null) {
                        return false;
                    }
                    Event.Position head = position(answer);
                    for (int i = 0; i < load.membersPerRoom(); i++) {
                        if (!head.equals(positions.get(room.index() * load.membersPerRoom() + i))) {
                            return false;
                        }
                    }
                }
            }
        }
        return true;
    }

    private void readNodes(Journal journal) {
        for (int i = 0; i < Nodes.SIZE; i++) {
            for (Room room : journal.rooms()) {
                if (room.hasPositions()) {
                    JsonObject history = ask(nodes.get(i), room, "messages?limit=" + HISTORY);
                    JsonObject state = room.keepsState() ? ask(nodes.get(i), room, "state") : null;
                    if (history != null && (state != null || !room.keepsState())) {
                        journal.write(memory(i, room, history, state));
                    } else {
                        System.out.println("node " + i + " does not tell of " + room);
                    }
                }
            }
        }
    }

    private static Journal.Memory memory(int node, Room room, JsonObject history, @Nullable JsonObject state) {
        List<Journal.Entry> entries = new ArrayList<>();
        for (Object each : history.getJsonArray("messages")) {
            JsonObject message = (JsonObject) each;
            entries.add(new Journal.Entry(
                    message.getLong("offset"), Publication.Seen.of(message.getJsonObject("data"), room.keepsState())));
        }
        return new Journal.Memory(
                node, room.index(), position(history), entries, state == null ? null : state.getJsonObject("state"));
    }

    private static Event.Position position(JsonObject answer) {
        return new Event.Position(
                Objects.requireNonNullElse(answer.getString("epoch"), "none").intern(), answer.getLong("offset", 0L));
    }

    /** Null where the node does not answer as it should. */
    private static @Nullable JsonObject ask(GatewayProcess node, Room room, String what) {
        try {
            HttpResponse<String> response =
                    node.get("/api/rooms/" + room.name() + "/" + what, KEY_HEADER, Nodes.API_KEY);
            return response.statusCode() == 200 ? new JsonObject(response.body()) : null;
        } catch (UncheckedIOException | DecodeException silent) {
            return null;
        }
    }

    private static long crossNode(List<Prober.Round> rounds, long struck, long stop) {
        long since = Figures.NEVER;
        for (Prober.Round round : rounds) {
            if (round.at() < struck || round.at() > stop) {
                continue;
            }
            if (!round.isComplete()) {
                since = Figures.NEVER;
            } else if (since == Figures.NEVER) {
                since = Figures.ms(round.at() - struck);
            }
        }
        return since;
    }
}
