package dev.fanfara.model;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One random history: a few rooms, a few clients, a few dozen steps of each, and then silence, in which everybody must
 * come to know the same. What each client wants follows from the seed; when it happens does not.
 */
final class Story {
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Cluster cluster;
    private final Random random;
    private final Journal journal = new Journal();
    private final List<String> rooms = new ArrayList<>();
    private final List<RandomClient> clients = new ArrayList<>();

    Story(Cluster cluster, long seed) {
        this.cluster = cluster;
        random = new Random(seed);
        String suffix = Long.toString(seed) + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        int kinds = random.nextInt(3);
        if (kinds != 0) {
            rooms.add("log:" + suffix);
        }
        if (kinds != 1) {
            rooms.add("state:" + suffix);
        }
        RandomClient.Keys keys = new RandomClient.Keys();
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            clients.add(new RandomClient("c" + i, cluster, journal, new Random(random.nextLong()), rooms, keys));
        }
    }

    /**
     * Tells it, and returns what was wrong.
     *
     * @param calm when no more nodes die or stand still
     */
    List<String> tell(Rules rules, Future<?> calm) throws InterruptedException {
        int steps = 10 + random.nextInt(40);
        together(client -> client.live(steps));
        await(calm);
        List<Journal.Memory> memories = becomeQuiet();
        memories.forEach(journal::remembers);
        clients.forEach(RandomClient::close);
        return Checker.faults(journal, rules);
    }

    Journal journal() {
        return journal;
    }

    private void together(Consumer<RandomClient> action) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        List<Future<?>> all = new ArrayList<>();
        clients.forEach(client -> all.add(threads.submit(() -> action.accept(client))));
        threads.shutdown();
        try {
            for (Future<?> each : all) {
                await(each);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(Future<?> something) throws InterruptedException {
        try {
            something.get(90, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Until all nodes tell the same and all members are there, or patience ends and the judge will say what is missing. */
    private List<Journal.Memory> becomeQuiet() throws InterruptedException {
        long deadline = System.nanoTime() + QUIET_NANOS;
        while (true) {
            together(RandomClient::comeToRest);
            List<Journal.Memory> memories = new ArrayList<>();
            for (GatewayProcess node : cluster.nodes()) {
                memories.addAll(memoriesOf(node));
            }
            if (System.nanoTime() > deadline || isQuiet(memories)) {
                return memories;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean isQuiet(List<Journal.Memory> memories) {
        Map<String, JsonObject> heads = new HashMap<>();
        for (Journal.Memory memory : memories) {
            JsonObject head = memory.history().copy();
            head.remove("messages");
            JsonObject other = heads.putIfAbsent(memory.room(), head);
            if (other != null && !other.equals(head)) {
                return false;
            }
        }
        return clients.stream().allMatch(client -> rooms.stream().allMatch(room -> client.isAt(room, heads.get(room))));
    }

    /** As one who joins there is told, and as one who asks by HTTP. */
    private List<Journal.Memory> memoriesOf(GatewayProcess node) {
        List<Journal.Memory> memories = new ArrayList<>();
        String port = "port " + node.port();
        try (TestClient reader = TestClient.connect(node)) {
            for (String room : rooms) {
                JsonObject joined = reader.join(room);
                JsonObject history = reader.asks("'type':'history','limit':1000,'room':'" + room + "'");
                memories.add(memory(port, room, joined, history));
                String path = "/api/rooms/" + room;
                JsonObject byHttp =
                        new JsonObject(node.get(path + "/messages?limit=1000").body());
                JsonObject now = Rules.keepsState(room)
                        ? new JsonObject(node.get(path + "/state").body())
                        : byHttp;
                memories.add(memory(port + " by HTTP", room, now, byHttp));
            }
        }
        return memories;
    }

    /** Two answers, and between them the room may have gone on: then its place is not what others say, nor is it quiet. */
    private static Journal.Memory memory(String node, String room, JsonObject now, JsonObject history) {
        JsonObject told = new JsonObject()
                .put("epoch", now.getValue("epoch"))
                .put("offset", now.getValue("offset"))
                .put("messages", history.getValue("messages"));
        return new Journal.Memory(node, room, told, now.getJsonObject("state"));
    }
}
