package dev.fanfara.rollout;

import dev.fanfara.bus.Addresses;
import dev.fanfara.config.Change;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigWatcher;
import dev.fanfara.json.Mistake;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What one node says of a configuration, and does about the cluster's. Any thread; the work is done on the watcher's. */
final class RolloutNode {
    static final JsonObject REPORT = new JsonObject().put("ask", "report");
    static final JsonObject FOLLOW = new JsonObject().put("ask", "follow");

    /** More would help nobody, and what is told stays bounded. */
    private static final int MAX_TOLD = 200;

    private final String node;
    private final ConfigWatcher watcher;
    private final VersionStore store;
    /** The last one seen, to be put back should the cluster lose it. */
    private final AtomicReference<@Nullable Version> known = new AtomicReference<>();

    RolloutNode(String node, ConfigWatcher watcher, VersionStore store) {
        this.node = node;
        this.watcher = watcher;
        this.store = store;
    }

    static JsonObject check(String document) {
        return new JsonObject().put("ask", "check").put("document", document);
    }

    Future<Void> serve(Vertx vertx) {
        return Addresses.CONFIG.serve(vertx, node, 0, question -> switch (question.getString("ask")) {
            case "check" -> judge(question.getString("document"));
            case "follow" -> follow().compose(followed -> report());
            default -> report();
        });
    }

    /** Goes by the cluster's latest version; one that the cluster has lost with its nodes is put back. */
    Future<Void> follow() {
        return store.latest().compose(latest -> {
            Version last = known.get();
            long there = latest.map(Version::number).orElse(0L);
            if (last != null && last.number() > there) {
                return store.add(there, last).mapEmpty();
            }
            if (latest.isEmpty()) {
                return Future.succeededFuture();
            }
            known.set(latest.get());
            return Future.fromCompletionStage(watcher.follow(latest.get().config()));
        });
    }

    JsonObject effective() {
        return watcher.inForce().loaded().effective().toJson();
    }

    private Future<JsonObject> report() {
        ConfigWatcher.InForce inForce = watcher.inForce();
        JsonObject report = new JsonObject()
                .put("node", node)
                .put("version", inForce.version())
                .put("hash", inForce.loaded().hash());
        return orMistakes(watcher.fileHash(), file -> report.put("file", file), mistakes -> report);
    }

    private Future<JsonObject> judge(String document) {
        JsonObject answer = new JsonObject().put("node", node);
        return orMistakes(
                watcher.check(document),
                candidate -> answer.put("valid", true)
                        .put("file", candidate.fileHash())
                        .put("hash", candidate.loaded().hash())
                        .put("errors", new JsonArray())
                        .put("warnings", texts(candidate.loaded().warnings()))
                        .put(
                                "changes",
                                new JsonArray(candidate.changes().stream()
                                        .limit(MAX_TOLD)
                                        .map(Change::toJson)
                                        .toList())),
                bad -> answer.put("valid", false)
                        .put(
                                "errors",
                                new JsonArray(bad.mistakes().stream()
                                        .limit(MAX_TOLD)
                                        .map(RolloutNode::error)
                                        .toList()))
                        .put("warnings", texts(bad.warnings()))
                        .put("changes", new JsonArray()));
    }

    private static JsonArray texts(List<String> texts) {
        return new JsonArray(texts.stream().limit(MAX_TOLD).toList());
    }

    private static JsonObject error(Mistake mistake) {
        return new JsonObject()
                .put("pointer", mistake.pointer())
                .put("got", mistake.got())
                .put("expected", mistake.expected())
                .put("didYouMean", mistake.didYouMean());
    }

    private interface Telling<T> {
        JsonObject tell(T what);
    }

    private static <T> Future<JsonObject> orMistakes(
            CompletionStage<T> asked, Telling<T> good, Telling<ConfigException> bad) {
        return Future.fromCompletionStage(asked)
                .map(good::tell)
                .recover(failure -> failure.getCause() instanceof ConfigException mistakes
                        ? Future.succeededFuture(bad.tell(mistakes))
                        : Future.failedFuture(failure));
    }
}
