package dev.fanfara.chaos;

import dev.fanfara.testing.GatewayProcess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who watches and publishes in an experiment, on one event loop so that the nodes have the processors. Its
 * public side is for one other thread, the rest is touched only by that loop.
 */
final class Crowd implements AutoCloseable {
    /** After so long nobody repeats a publication any more. */
    static final long WORTH_SECONDS = 10;

    private static final int CONNECTS_PER_SECOND = 250;
    private static final int CONNECT_TIMEOUT_MS = 3000;
    private static final int JITTER_LEAST_MS = 200;
    private static final int JITTER_MOST_MS = 2000;

    private final Load load;
    private final Nodes nodes;
    private final Journal journal;
    private final Seam seam;
    private final Random random;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context context = vertx.getOrCreateContext();
    private final WebSocketClient sockets;
    private final HttpClientAgent http;

    private final Map<String, Integer> roomsByName = new HashMap<>();
    private final List<Member> members = new ArrayList<>();
    private final List<SerialPublisher> serial = new ArrayList<>();
    private final List<HttpPublisher> backends = new ArrayList<>();
    private final Map<Member, CompletableFuture<JsonObject>> asking = new HashMap<>();
    private final List<Prober> probers = new ArrayList<>();

    private boolean publishing;
    private boolean closing;
    private int outstanding;
    private int givenUp;

    Crowd(Load load, Nodes nodes, Journal journal, Random random, Seam seam) {
        this.load = load;
        this.nodes = nodes;
        this.journal = journal;
        this.random = random;
        this.seam = seam;
        sockets = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxConnections(10_000)
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setClosingTimeout(1));
        // A node that stands still must not keep the others' requests waiting.
        http = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MS), new PoolOptions().setHttp1MaxSize(1000));
        for (Room room : journal.rooms()) {
            roomsByName.put(room.name(), room.index());
            for (int i = 0; i < load.membersPerRoom(); i++) {
                members.add(new Member(this, members.size(), room));
            }
            Member author = members.get(members.size() - 1);
            SerialPublisher own = new SerialPublisher(this, author);
            author.publishesBy(own);
            serial.add(own);
            for (int i = 1; i < Load.PUBLISHERS_PER_ROOM; i++) {
                backends.add(new HttpPublisher(this, room, i, (room.index() + i) % Nodes.SIZE));
            }
        }
        for (int node = 0; node < Nodes.SIZE; node++) {
            probers.add(new Prober(this, node, journal.room(0).name()));
        }
    }

    // For the experiment's thread

    /** All connect; returns when all are members. */
    void gather() {
        onLoop(() -> {
            probers.forEach(Prober::connect);
            for (Member member : members) {
                later(
                        1 + member.index() * 1000L / CONNECTS_PER_SECOND,
                        () -> member.connect(member.index() % Nodes.SIZE));
            }
            return null;
        });
        await("all members joined", 60, () -> members.stream().allMatch(Member::isJoined));
    }

    void startPublishing() {
        onLoop(() -> {
            publishing = true;
            long period = load.msBetweenPublications();
            List<Runnable> ticks = new ArrayList<>();
            serial.forEach(each -> ticks.add(each::tick));
            backends.forEach(each -> ticks.add(each::tick));
            for (Runnable tick : ticks) {
                later(1 + random.nextInt((int) period), () -> vertx.setPeriodic(period, timer -> tick.run()));
            }
            Prober.roundsFor(this, probers);
            return null;
        });
    }

    /** Returns when what was said has its answer, or is given up. */
    void stopPublishing() {
        onLoop(() -> {
            publishing = false;
            return null;
        });
        await("every publication answered or given up", WORTH_SECONDS + 15, () -> {
            serial.forEach(SerialPublisher::tick);
            return outstanding == 0;
        });
    }

    /** A share of the members leaves, and comes back elsewhere. */
    void churn(double share) {
        onLoop(() -> {
            members.stream().filter(member -> random.nextDouble() < share).forEach(Member::leave);
            return null;
        });
    }

    /** By index; null of one who is not back, or in a plain room. */
    List<Event.@Nullable Position> positions() {
        return onLoop(() -> {
            List<Event.@Nullable Position> all = new ArrayList<>();
            members.forEach(member -> all.add(member.isJoined() ? member.position() : null));
            return all;
        });
    }

    boolean isComplete() {
        return onLoop(() -> members.stream().allMatch(Member::isJoined));
    }

    List<Journal.Standing> standings() {
        return onLoop(() ->
                members.stream().filter(Member::isJoined).map(Member::standing).toList());
    }

    /** What every node that has members of a room says about who is there. */
    List<Journal.Presence> presences() {
        Map<Member, CompletableFuture<JsonObject>> asked = onLoop(() -> {
            asking.clear();
            Set<List<Integer>> covered = new HashSet<>();
            for (Member member : members) {
                if (member.isJoined() && covered.add(List.of(member.room().index(), member.node()))) {
                    asking.put(member, new CompletableFuture<>());
                    member.asksWhoIsThere();
                }
            }
            return Map.copyOf(asking);
        });
        List<Journal.Presence> all = new ArrayList<>();
        asked.forEach((member, answer) -> {
            try {
                Set<String> users = new HashSet<>();
                for (Object each : answer.get(5, TimeUnit.SECONDS).getJsonArray("members", new JsonArray())) {
                    users.add(((JsonObject) each).getString("user"));
                }
                all.add(new Journal.Presence(member.node(), member.room().index(), users));
            } catch (TimeoutException | ExecutionException silent) {
                all.add(new Journal.Presence(member.node(), member.room().index(), Set.of()));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError(interrupted);
            }
        });
        return all;
    }

    List<Prober.Round> rounds() {
        return onLoop(() -> Prober.rounds(probers));
    }

    int givenUpSoFar() {
        return onLoop(() -> givenUp);
    }

    private void await(String what, long seconds, Supplier<Boolean> condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!onLoop(condition)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in time: " + what);
            }
            Fault.pause(100);
        }
    }

    private <T> T onLoop(Supplier<T> act) {
        CompletableFuture<T> result = new CompletableFuture<>();
        context.runOnContext(go -> {
            try {
                result.complete(act.get());
            } catch (RuntimeException bug) {
                result.completeExceptionally(bug);
            }
        });
        return result.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        onLoop(() -> {
            closing = true;
            publishing = false;
            return null;
        });
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    // For members and publishers

    Journal journal() {
        return journal;
    }

    Seam seam() {
        return seam;
    }

    boolean isPublishing() {
        return publishing;
    }

    boolean isClosing() {
        return closing;
    }

    HttpClientAgent http() {
        return http;
    }

    RequestOptions requestTo(int node) {
        GatewayProcess gateway = nodes.get(node);
        return new RequestOptions().setHost(gateway.host()).setPort(gateway.port());
    }

    Future<WebSocket> open(int node) {
        GatewayProcess gateway = nodes.get(node);
        return sockets.connect(new WebSocketConnectOptions()
                .setHost(gateway.host())
                .setPort(gateway.port())
                .setURI("/ws")
                .setTimeout(CONNECT_TIMEOUT_MS));
    }

    int anyNode() {
        return random.nextInt(Nodes.SIZE);
    }

    /** Milliseconds. */
    long jitter() {
        return JITTER_LEAST_MS + random.nextInt(JITTER_MOST_MS - JITTER_LEAST_MS);
    }

    void later(long ms, Runnable act) {
        vertx.setTimer(Math.max(1, ms), timer -> {
            if (!closing) {
                act.run();
            }
        });
    }

    void every(long ms, Runnable act) {
        vertx.setPeriodic(ms, timer -> act.run());
    }

    /** -1 for a room of no member. */
    int indexOf(@Nullable String room) {
        return room == null ? -1 : roomsByName.getOrDefault(room, -1);
    }

    Publication publication(Room room, int author, long sequence) {
        Publication publication = Publication.of(
                journal.nextId(), room, author, sequence, load.payloadBytes(), random, System.nanoTime());
        journal.write(publication);
        outstanding++;
        return publication;
    }

    void acked(int id, JsonObject ack, int node) {
        String epoch = ack.getString("epoch");
        journal.write(new Event.Acked(
                System.nanoTime(), id, epoch == null ? null : epoch.intern(), ack.getLong("offset", 0L), node));
    }

    void answered() {
        outstanding--;
    }

    void gaveUp() {
        outstanding--;
        givenUp++;
    }

    void present(Member member, JsonObject answer) {
        CompletableFuture<JsonObject> asked = asking.get(member);
        if (asked != null) {
            asked.complete(answer);
        }
    }
}
