package dev.fanfara.model;

import dev.fanfara.testing.RoomView;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Does what clients do, as its dice fall, and writes down what it said and heard. Its steps on one thread. */
final class RandomClient {
    /** An answer that has not come by then is missing; the judge will say so. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final int LARGE = 40_000;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    private final String name;
    private final Cluster cluster;
    private final Journal journal;
    private final Random random;
    private final List<String> rooms;
    private final Keys keys;

    /** Guards what follows, and is notified when something was heard. */
    private final Object lock = new Object();

    private final Map<String, RoomView> views = new LinkedHashMap<>();
    private int session;
    private @Nullable TestClient connection;

    private long commands;
    private long publications;
    /** An answer never came: the rest of the story would only be more of that. */
    private boolean gaveUp;

    /** Publications under a key, which any client of the story may say again. Any thread. */
    static final class Keys {
        private final List<JsonObject> said = new ArrayList<>();

        synchronized void add(JsonObject publication) {
            said.add(publication);
        }

        synchronized @Nullable JsonObject any(Random random, String room) {
            List<JsonObject> inRoom = said.stream()
                    .filter(each -> room.equals(each.getString("room")))
                    .toList();
            return inRoom.isEmpty()
                    ? null
                    : inRoom.get(random.nextInt(inRoom.size())).copy();
        }
    }

    RandomClient(String name, Cluster cluster, Journal journal, Random random, List<String> rooms, Keys keys) {
        this.name = name;
        this.cluster = cluster;
        this.journal = journal;
        this.random = random;
        this.rooms = rooms;
        this.keys = keys;
        for (String room : rooms) {
            // Only to know where it is: what is wrong the judge finds by the journal.
            views.put(room, new RoomView(room, Rules.keepsState(room), complaint -> {}, RoomView.Witness.NONE));
        }
    }

    void live(int steps) {
        for (int i = 0; i < steps && !gaveUp; i++) {
            ensureConnected();
            step();
        }
    }

    private void step() {
        String room = rooms.get(random.nextInt(rooms.size()));
        if (!isMember(room)) {
            join(room, false);
            return;
        }
        int dice = random.nextInt(100);
        if (dice < 30) {
            say(publication(room));
            awaitAnswers();
        } else if (dice < 50) {
            burst(room, 2 + random.nextInt(12));
        } else if (dice < 60) {
            sayAgain(room);
        } else if (dice < 66) {
            leave(room);
        } else if (dice < 76) {
            cut();
        } else if (dice < 82) {
            readNothingForAWhile(room);
        } else if (dice < 90) {
            changeRate(room);
        } else if (dice < 93) {
            ask(command("history", room).put("limit", 5));
        } else {
            breathe(1 + random.nextInt(20));
        }
    }

    // Coming and going

    private void ensureConnected() {
        synchronized (lock) {
            TestClient before = connection;
            if (before != null && before.isOpen()) {
                return;
            }
            if (before != null) {
                over(before.closes().code());
            }
        }
        int mine;
        synchronized (lock) {
            mine = ++session;
        }
        TestClient fresh = cluster.connect(random, message -> hear(mine, message));
        List<String> before = new ArrayList<>();
        synchronized (lock) {
            connection = fresh;
            views.forEach((room, view) -> {
                if (view.epoch() != null) {
                    before.add(room);
                }
            });
        }
        for (String room : before) {
            join(room, true);
        }
    }

    private void hear(int in, JsonObject message) {
        synchronized (lock) {
            if (in != session) {
                return; // of a connection that was cut
            }
            journal.heard(name, message);
            String room = message.getString("room");
            RoomView view = room == null ? null : views.get(room);
            if (view != null) {
                view.hears(message);
            } else if (message.getString("type").equals("error")) {
                views.values().forEach(each -> each.hears(message));
            }
            lock.notifyAll();
        }
    }

    private void over(int code) {
        session++;
        connection = null;
        journal.ended(name, code);
        views.values().forEach(RoomView::loseConnection);
    }

    private void cut() {
        synchronized (lock) {
            TestClient before = connection;
            if (before != null) {
                over(0);
                before.close();
            }
        }
    }

    private boolean isMember(String room) {
        synchronized (lock) {
            return view(room).isMember();
        }
    }

    private RoomView view(String room) {
        RoomView view = views.get(room);
        if (view == null) {
            throw new IllegalArgumentException(room);
        }
        return view;
    }

    private void join(String room, boolean again) {
        JsonObject join = command("join", room);
        int dice = random.nextInt(10);
        synchronized (lock) {
            String epoch = view(room).epoch();
            long offset = view(room).offset();
            if (epoch != null && (again ? dice < 8 : dice < 4)) {
                join.put("since", position(epoch, offset));
            } else if (epoch != null && dice == 8) {
                join.put("since", wrongPosition(room, epoch, offset));
            } else if (random.nextBoolean()) {
                join.put("history", random.nextInt(12));
            }
        }
        if (Rules.keepsState(room) && random.nextInt(3) == 0) {
            join.put("maxRate", random.nextInt(4) == 0 ? 0 : 10 + random.nextInt(40));
        }
        ask(join);
    }

    private JsonObject wrongPosition(String room, String epoch, long offset) {
        return switch (random.nextInt(4)) {
            // So far that the room does not get there while this is under way.
            case 0 -> position(epoch, offset + 1_000_000);
            case 1 -> position("elsewhere", offset);
            case 2 -> position(epoch, 0);
            // A state room's client must still know the state of then.
            default -> position(epoch, Rules.keepsState(room) ? 0 : Math.max(0, offset - random.nextInt(12)));
        };
    }

    private static JsonObject position(String epoch, long offset) {
        return new JsonObject().put("epoch", epoch).put("offset", offset);
    }

    private void leave(String room) {
        ask(command("leave", room));
    }

    // Publishing

    private void burst(String room, int count) {
        for (int i = 0; i < count; i++) {
            say(publication(room));
        }
        if (random.nextInt(4) > 0) {
            awaitAnswers();
        }
    }

    private JsonObject publication(String room) {
        String author = name + "." + session;
        JsonObject data = new JsonObject().put(Publication.NAME, Publication.name(room, author, ++publications));
        if (Rules.keepsState(room)) {
            changeSomething(data, 2);
        } else if (random.nextInt(20) == 0) {
            data.put("pad", "x".repeat(LARGE));
        }
        JsonObject publication = command("message", room).put("data", data);
        if (random.nextInt(5) == 0) {
            publication.put("echo", true);
        }
        if (random.nextInt(3) == 0) {
            publication.put(
                    "key", "k" + Publication.name(room, author, publications).hashCode());
            keys.add(publication);
        } else if (!Rules.keepsState(room) && random.nextInt(4) == 0) {
            publication.remove("id");
        }
        return publication;
    }

    /** Scalars become objects and objects scalars, names come and go. */
    private void changeSomething(JsonObject patch, int depth) {
        int changes = random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            String member = NAMES[random.nextInt(NAMES.length)];
            switch (random.nextInt(depth > 0 ? 6 : 4)) {
                case 0 -> patch.putNull(member);
                case 1 -> patch.put(member, random.nextInt(100));
                case 2 ->
                    patch.put(member, new JsonArray().add(random.nextInt(3)).addNull());
                case 3 -> patch.put(member, new JsonObject());
                default -> {
                    JsonObject below = new JsonObject();
                    changeSomething(below, depth - 1);
                    patch.put(member, below);
                }
            }
        }
        if (depth == 2 && random.nextInt(20) == 0) {
            patch.put("pad", "x".repeat(random.nextInt(LARGE)));
        }
    }

    /** A known key: mostly with what was said under it, once in a while with something else. */
    private void sayAgain(String room) {
        JsonObject again = keys.any(random, room);
        if (again == null) {
            return;
        }
        again.put("id", ++commands);
        if (random.nextInt(6) == 0) {
            again.getJsonObject("data")
                    .put(Publication.NAME, Publication.name(room, name + "." + session, ++publications));
        }
        say(again);
        awaitAnswers();
    }

    // Reading

    private void readNothingForAWhile(String room) {
        TestClient client;
        synchronized (lock) {
            client = connection;
        }
        if (client == null) {
            return;
        }
        client.stopsReading();
        if (random.nextBoolean()) {
            for (int i = 0; i < 5; i++) {
                say(publication(room));
            }
        }
        breathe(20 + random.nextInt(150));
        client.readsAgain();
        awaitAnswers();
    }

    private void changeRate(String room) {
        if (Rules.keepsState(room)) {
            ask(command("update", room).put("maxRate", random.nextInt(3) == 0 ? 0 : 10 + random.nextInt(50)));
        }
    }

    // When the story ends

    /** Is connected, reads, is paused nowhere, and has every answer. */
    void comeToRest() {
        ensureConnected();
        for (String room : rooms) {
            boolean sleeps;
            synchronized (lock) {
                sleeps = view(room).isMember() && view(room).isPaused();
            }
            if (sleeps) {
                ask(command("update", room).put("maxRate", 50));
            }
        }
        awaitAnswers();
    }

    /** Whether it is where the room is, or is not there at all. */
    boolean isAt(String room, @Nullable JsonObject head) {
        synchronized (lock) {
            RoomView view = view(room);
            return !view.isMember()
                    || (head != null
                            && head.getLong("offset") == view.offset()
                            && head.getString("epoch").equals(view.epoch()));
        }
    }

    void close() {
        synchronized (lock) {
            if (connection != null) {
                session++;
                connection.close();
                connection = null;
            }
        }
    }

    // Words

    private JsonObject command(String type, String room) {
        return new JsonObject().put("type", type).put("room", room).put("id", ++commands);
    }

    private void ask(JsonObject command) {
        say(command);
        awaitAnswers();
    }

    private void say(JsonObject command) {
        TestClient client;
        synchronized (lock) {
            client = connection;
            if (client == null || !client.isOpen()) {
                return;
            }
            journal.said(name, command);
            view(command.getString("room")).says(command);
        }
        try {
            client.says(command);
        } catch (CompletionException closed) {
            // It will be noticed, and its code written down, before the next step.
        }
    }

    private void awaitAnswers() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        synchronized (lock) {
            while (connection != null
                    && connection.isOpen()
                    && views.values().stream().anyMatch(view -> view.unanswered() > 0)
                    && !gaveUp) {
                gaveUp = System.nanoTime() > deadline;
                try {
                    lock.wait(50);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    /** Lets the others get on. */
    private static void breathe(int ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }
}
