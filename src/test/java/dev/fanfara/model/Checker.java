package dev.fanfara.model;

import dev.fanfara.model.Sightings.Place;
import dev.fanfara.testing.RoomView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges a story by what its clients said and heard and what the nodes remember at the end. What one client can notice
 * its {@link RoomView} complains of; what only all of them together can, {@link Sightings} and this.
 */
final class Checker {
    /** Cut by the client; too slow. */
    private static final Set<Integer> FAIR_ENDS = Set.of(0, 4002);

    private final Rules rules;
    private final List<String> faults = new ArrayList<>();
    private final Sightings sightings = new Sightings(faults::add);
    private final Map<String, Client> clients = new TreeMap<>();
    /** By name; how often a publication was said, and under which key. */
    private final Map<String, Said> said = new HashMap<>();

    private final List<Acked> acks = new ArrayList<>();

    private record Acked(Place place, String name) {}

    private static final class Said {
        int times;

        @Nullable
        String key;
    }

    private static final class Client {
        final Map<String, RoomView> rooms = new TreeMap<>();
        final Map<String, JsonObject> joins = new HashMap<>();
        boolean connected;
    }

    private Checker(Rules rules) {
        this.rules = rules;
    }

    /** What the gateway did wrong, in sentences; nothing if all is well. */
    static List<String> faults(Journal journal, Rules rules) {
        Checker checker = new Checker(rules);
        journal.events().forEach(checker::follow);
        journal.memories().forEach(checker::remembered);
        checker.judge(journal.memories());
        return checker.faults;
    }

    // One event after the other

    private void follow(Event event) {
        Client client = clients.computeIfAbsent(event.client(), name -> new Client());
        int before = faults.size();
        switch (event.kind()) {
            case SAID -> said(event, client);
            case HEARD -> heard(event, client);
            case ENDED -> ended(event, client);
        }
        for (int i = before; i < faults.size(); i++) {
            faults.set(i, "%d ms, %s: %s".formatted(event.at(), event.client(), faults.get(i)));
        }
    }

    private void said(Event event, Client client) {
        client.connected = true;
        JsonObject command = event.message();
        String room = command.getString("room");
        view(event.client(), client, room).says(command);
        if (command.getString("type").equals("join")) {
            client.joins.put(command.getValue("id").toString(), command);
        }
        if (command.getString("type").equals("message")) {
            Said saying = said.computeIfAbsent(nameOf(command), name -> new Said());
            saying.times++;
            saying.key = command.getString("key");
        }
    }

    private static String nameOf(JsonObject publication) {
        return publication.getJsonObject("data").getString(Publication.NAME);
    }

    private void heard(Event event, Client client) {
        JsonObject message = event.message();
        client.connected = true;
        String room = message.getString("room");
        if (message.getString("type").equals("error")) {
            client.rooms.values().forEach(view -> view.hears(message));
            if (rules.fair() && !message.getString("code").equals("conflict")) {
                faults.add("refused in fair weather: " + message.encode());
            }
        } else if (room != null) {
            view(event.client(), client, room).hears(message);
        }
        if (message.getString("type").equals("joined")) {
            judgeRecovery(client.joins.remove(message.getValue("id", "").toString()), message);
        }
    }

    /** What is remembered must be given. */
    private void judgeRecovery(@Nullable JsonObject join, JsonObject joined) {
        JsonObject since = join == null ? null : join.getJsonObject("since");
        if (since == null || joined.getBoolean("recovered", false)) {
            return;
        }
        long missed = joined.getLong("offset", 0L) - since.getLong("offset");
        boolean past = since.getString("epoch").equals(joined.getString("epoch")) && missed >= 0;
        if (past && (missed <= rules.historySize() || Rules.keepsState(joined.getString("room")))) {
            faults.add("recovered:false though only " + missed + " were missed: " + joined.encode());
        }
    }

    private void ended(Event event, Client client) {
        client.connected = false;
        client.joins.clear();
        client.rooms.values().forEach(RoomView::loseConnection);
        if (rules.fair() && !FAIR_ENDS.contains(event.message().getInteger("code"))) {
            faults.add("closed in fair weather: " + event.message().encode());
        }
    }

    private RoomView view(String name, Client client, String room) {
        return client.rooms.computeIfAbsent(
                room, first -> new RoomView(room, Rules.keepsState(room), faults::add, new Together(room)));
    }

    /** Brings together what all clients see of a room. */
    private final class Together implements RoomView.Witness {
        private final String room;

        Together(String room) {
            this.room = room;
        }

        @Override
        public void publication(String epoch, long offset, JsonObject payload) {
            sightings.publication(new Place(room, epoch, offset), payload);
        }

        @Override
        public void state(String epoch, long offset, JsonObject state) {
            sightings.state(new Place(room, epoch, offset), state);
        }

        @Override
        public void acked(JsonObject publication, JsonObject ack) {
            Place place = new Place(room, ack.getString("epoch"), ack.getLong("offset"));
            sightings.named(place, nameOf(publication));
            acks.add(new Acked(place, nameOf(publication)));
        }
    }

    // When all is quiet

    private void remembered(Journal.Memory memory) {
        JsonObject history = memory.history();
        String epoch = history.getString("epoch");
        long offset = history.getLong("offset");
        JsonArray messages = history.getJsonArray("messages");
        long at = offset - messages.size();
        for (Object each : messages) {
            JsonObject message = (JsonObject) each;
            if (message.getLong("offset") != ++at) {
                faults.add("a hole in the history of " + memory.node() + " before " + message.encode());
                at = message.getLong("offset");
            }
            Place place = new Place(memory.room(), epoch, at);
            if (memory.state() == null) {
                sightings.publication(
                        place,
                        new JsonObject()
                                .put("user", message.getValue("user"))
                                .put("text", message.getValue("text"))
                                .put("data", message.getValue("data")));
            } else {
                sightings.named(place, message.getJsonObject("data").getString(Publication.NAME));
            }
        }
        if (rules.fair() && messages.size() != Math.min(offset, rules.historySize())) {
            faults.add(memory.node() + " remembers " + messages.size() + " of " + offset + " in " + memory.room());
        }
        if (memory.state() != null) {
            sightings.state(new Place(memory.room(), epoch, offset), memory.state());
        }
    }

    private void judge(List<Journal.Memory> memories) {
        Map<String, Place> heads = new HashMap<>();
        for (Journal.Memory memory : memories) {
            JsonObject history = memory.history();
            Place head = new Place(memory.room(), history.getString("epoch"), history.getLong("offset"));
            Place other = heads.putIfAbsent(memory.room(), head);
            if (other != null && !other.equals(head)) {
                faults.add("nodes disagree: " + other + ", and " + memory.node() + " " + head);
            }
        }
        clients.forEach(
                (name, client) -> client.rooms.forEach((room, view) -> judgeEnd(name, client, view, heads.get(room))));
        judgeAcks(heads);
        judgeRepetitions();
        judgeOrder();
    }

    private void judgeEnd(String name, Client client, RoomView view, @Nullable Place head) {
        if (client.connected && view.unanswered() > 0) {
            faults.add(name + ": " + view.unanswered() + " commands were not answered");
        }
        if (client.connected
                && view.isMember()
                && !view.isPaused()
                && head != null
                && !(head.epoch().equals(view.epoch()) && head.offset() == view.offset())) {
            faults.add(name + " never came further than " + view.epoch() + " " + view.offset() + " of " + head);
        }
    }

    private void judgeAcks(Map<String, Place> heads) {
        for (Acked acked : acks) {
            Place head = heads.get(acked.place().room());
            if (head == null) {
                continue;
            }
            boolean lives = acked.place().epoch().equals(head.epoch());
            if (lives && acked.place().offset() > head.offset()) {
                faults.add("acknowledged and lost: " + acked + ", the room is at " + head);
            }
            if (!lives && rules.fair()) {
                faults.add("the epoch ended in fair weather: " + acked + ", the room is at " + head);
            }
        }
    }

    /** A name, and a key, has one place in an epoch. */
    private void judgeRepetitions() {
        Map<String, Place> places = new HashMap<>();
        sightings.names().forEach((place, name) -> {
            Said saying = said.get(name);
            if (saying == null) {
                faults.add("said by nobody: " + name + " at " + place);
                return;
            }
            List<String> identities = new ArrayList<>(List.of(name));
            if (saying.key != null) {
                identities.add("key " + saying.key + " in " + place.room());
            }
            for (String identity : identities) {
                Place other = places.putIfAbsent(identity + " in " + place.epoch(), place);
                if (other != null && !other.equals(place)) {
                    faults.add("delivered twice: " + identity + " at " + other + " and " + place);
                }
            }
        });
    }

    /** What one connection said once, one after the other, is in that order. */
    private void judgeOrder() {
        Map<String, TreeMap<Long, Place>> byAuthor = new TreeMap<>();
        sightings.names().forEach((place, name) -> {
            Said saying = said.get(name);
            if (saying != null && saying.times == 1) {
                byAuthor.computeIfAbsent(Publication.authorOf(name) + " " + place.epoch(), author -> new TreeMap<>())
                        .put(Publication.numberOf(name), place);
            }
        });
        Set<String> told = new HashSet<>();
        byAuthor.forEach((author, places) -> {
            long last = 0;
            for (Map.Entry<Long, Place> each : places.entrySet()) {
                if (each.getValue().offset() < last && told.add(author)) {
                    faults.add("out of order: " + author + "/" + each.getKey() + " is at " + each.getValue()
                            + ", an earlier one at " + last);
                }
                last = Math.max(last, each.getValue().offset());
            }
        });
    }
}
