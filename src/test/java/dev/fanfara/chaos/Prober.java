package dev.fanfara.chaos;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A member that stays with its node: all of them together tell whether what is said on any node reaches members on every
 * node. Touched only by the crowd's event loop.
 */
final class Prober {
    private static final long BETWEEN_MS = 500;
    private static final long AGAIN_MS = 200;
    /** What took longer did not arrive. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final List<String> KINDS = List.of("log:", "plain:");
    private static final int PAIRS = Nodes.SIZE * Nodes.SIZE * KINDS.size();

    private final Crowd crowd;
    private final int node;
    private final String scope;
    /** By round; what came in time. */
    private final Map<Integer, Set<String>> heard = new HashMap<>();
    /** When each began, in nanoseconds; shared by all probers. */
    private List<Long> begun = new ArrayList<>();

    /**
     * One message from every node in each kind of room.
     *
     * @param at nanoseconds
     */
    record Round(long at, boolean isComplete) {}

    Prober(Crowd crowd, int node, String scope) {
        this.crowd = crowd;
        this.node = node;
        this.scope = "probe:" + scope;
    }

    void connect() {
        crowd.open(node).onSuccess(this::opened).onFailure(refused -> comeBack());
    }

    private void opened(WebSocket socket) {
        socket.textMessageHandler(text -> {
            JsonObject message = new JsonObject(text);
            if (message.getString("type").equals("message")) {
                hears(message.getString("room"), message.getJsonObject("data"));
            } else if (message.getString("type").equals("error")) {
                socket.close();
            }
        });
        socket.closeHandler(closed -> comeBack());
        for (String kind : KINDS) {
            socket.writeTextMessage(new JsonObject()
                    .put("type", "join")
                    .put("room", kind + scope)
                    .encode());
        }
    }

    private void comeBack() {
        if (!crowd.isClosing()) {
            crowd.later(AGAIN_MS, this::connect);
        }
    }

    private void hears(String room, JsonObject probe) {
        int round = probe.getInteger("round");
        if (System.nanoTime() - begun.get(round) < PATIENCE_NANOS) {
            heard.computeIfAbsent(round, first -> new HashSet<>()).add(room + " " + probe.getInteger("from"));
        }
    }

    private void says(int round) {
        JsonObject body = new JsonObject()
                .put("data", new JsonObject().put("round", round).put("from", node));
        for (String kind : KINDS) {
            crowd.http()
                    .request(crowd.requestTo(node)
                            .setMethod(HttpMethod.POST)
                            .setURI("/api/rooms/" + kind + scope + "/messages")
                            .putHeader("Content-Type", "application/json")
                            .putHeader("X-API-Key", Nodes.API_KEY))
                    .compose(request -> request.send(body.toBuffer()));
        }
    }

    static void roundsFor(Crowd crowd, List<Prober> all) {
        List<Long> begun = new ArrayList<>();
        all.forEach(prober -> prober.begun = begun);
        crowd.every(BETWEEN_MS, () -> {
            if (crowd.isClosing()) {
                return;
            }
            begun.add(System.nanoTime());
            all.forEach(prober -> prober.says(begun.size() - 1));
        });
    }

    /** Those whose time is over. */
    static List<Round> rounds(List<Prober> all) {
        List<Long> begun = all.get(0).begun;
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < begun.size() && System.nanoTime() - begun.get(i) > PATIENCE_NANOS; i++) {
            int round = i;
            int came = all.stream()
                    .mapToInt(
                            prober -> prober.heard.getOrDefault(round, Set.of()).size())
                    .sum();
            rounds.add(new Round(begun.get(i), came == PAIRS));
        }
        return rounds;
    }
}
