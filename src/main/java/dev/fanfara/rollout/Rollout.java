package dev.fanfara.rollout;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.Nodes;
import dev.fanfara.config.AppliedConfig;
import dev.fanfara.config.ConfigWatcher;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a configuration to all nodes: each is asked whether it could live with it, and only when all can does it become
 * the cluster's next version, which every node then follows. Whoever did not hear of it, or joins later, finds it in the
 * cluster's memory. Any thread.
 */
public final class Rollout {
    private final Vertx vertx;
    private final Nodes nodes;
    private final VersionStore store;
    private final BooleanSupplier majority;
    private final RolloutNode here;

    /** @param majority whether this node may decide for the cluster */
    public Rollout(Vertx vertx, Nodes nodes, ConfigWatcher watcher, VersionStore store, BooleanSupplier majority) {
        this.vertx = vertx;
        this.nodes = nodes;
        this.store = store;
        this.majority = majority;
        this.here = new RolloutNode(nodes.self().id(), watcher, store);
    }

    /** Goes by the cluster's version from now on, if there is one. */
    public Future<Void> start() {
        return here.serve(vertx).compose(serving -> here.follow());
    }

    /** Asks the cluster for what it did not tell. */
    public Future<Void> follow() {
        return here.follow();
    }

    /**
     * The configurations in force: {@code {version, nodes: [{node, version, hash, file}], versions: [{version, time, note,
     * source}], effective, complete, missing}}. A node whose {@code version} is 0 goes by its own file; {@code effective} is
     * this node's, without secrets.
     */
    public Future<JsonObject> status() {
        return ask(RolloutNode.REPORT)
                .compose(reports -> store.all().map(versions -> {
                    long latest = versions.isEmpty() ? 0 : versions.get(0).number();
                    List<JsonObject> told =
                            versions.stream().map(Version::toJson).toList();
                    return gathered(reports)
                            .put("version", latest)
                            .put("versions", new JsonArray(told))
                            .put("effective", here.effective());
                }));
    }

    /**
     * What the document would change: {@code {valid, version, changes: [{key, before, after, takesEffect, nodes?}], nodes:
     * [{node, valid, errors, warnings}], complete, missing}}; {@code nodes} in a change if it is not for all.
     */
    public Future<JsonObject> plan(String document) {
        return check(document).compose(answers -> latestNumber().map(version -> plan(answers, version)));
    }

    /**
     * Puts the document in force on all nodes, or on none.
     *
     * @param after fails with {@code conflict} if another version has been applied since; null does not care
     * @return what {@link #status} tells, or fails with a {@link Refusal} or with {@link PlanRefused}
     */
    public Future<JsonObject> apply(String document, String note, @Nullable Long after) {
        if (!majority.getAsBoolean()) {
            return refused(ErrorCode.UNAVAILABLE, "This node cannot reach enough others");
        }
        return latestNumber().compose(version -> {
            if (after != null && !after.equals(version)) {
                return refused(ErrorCode.CONFLICT, "Version " + version + " is in force, not " + after);
            }
            return check(document).compose(answers -> {
                if (!answers.complete()) {
                    return refused(
                            ErrorCode.UNAVAILABLE,
                            "No answer from " + String.join(", ", answers.missing()) + "; nothing was changed");
                }
                JsonObject plan = plan(answers, version);
                if (!plan.getBoolean("valid")) {
                    return Future.failedFuture(new PlanRefused(plan));
                }
                return commit(version, document, files(answers), note);
            });
        });
    }

    /** Applies what an earlier version was, as the next one; version 0 sends all nodes back to their files. */
    public Future<JsonObject> rollback(long version) {
        String note = "rollback to version " + version;
        return store.all().compose(versions -> {
            if (version == 0) {
                return majority.getAsBoolean()
                        ? commit(versions.isEmpty() ? 0 : versions.get(0).number(), null, Set.of(), note)
                        : refused(ErrorCode.UNAVAILABLE, "This node cannot reach enough others");
            }
            for (Version known : versions) {
                String text = known.config().text();
                if (known.number() == version && text != null) {
                    return apply(text, note, null);
                }
            }
            return refused(ErrorCode.BAD_REQUEST, "There is no document of version " + version);
        });
    }

    private Future<JsonObject> commit(long after, @Nullable String document, Set<String> files, String note) {
        Version next = new Version(
                new AppliedConfig(after + 1, document, files),
                InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS),
                note);
        return store.add(after, next)
                .compose(added -> added
                        ? ask(RolloutNode.FOLLOW).compose(followed -> status())
                        : refused(ErrorCode.CONFLICT, "Somebody else has applied a configuration just now"));
    }

    private Future<Long> latestNumber() {
        return store.latest().map(latest -> latest.map(Version::number).orElse(0L));
    }

    private Future<Gathered<JsonObject>> check(String document) {
        if (document.getBytes(StandardCharsets.UTF_8).length > AppliedConfig.MAX_BYTES) {
            return refused(ErrorCode.TOO_LARGE, "A configuration has at most " + AppliedConfig.MAX_BYTES + " bytes");
        }
        return ask(RolloutNode.check(document));
    }

    private Future<Gathered<JsonObject>> ask(JsonObject question) {
        return Addresses.askNodes(vertx, nodes, Addresses.CONFIG, question);
    }

    private static <T> Future<T> refused(ErrorCode code, String sentence) {
        return Future.failedFuture(new Refusal(code, sentence));
    }

    private static Set<String> files(Gathered<JsonObject> answers) {
        Set<String> files = new LinkedHashSet<>();
        answers.answers().forEach(answer -> files.add(answer.getString("file")));
        return files;
    }

    private static JsonObject plan(Gathered<JsonObject> answers, long version) {
        boolean valid = answers.answers().stream().allMatch(answer -> answer.getBoolean("valid"));
        Map<JsonObject, JsonArray> changes = new LinkedHashMap<>();
        for (JsonObject answer : answers.answers()) {
            for (Object change : answer.getJsonArray("changes")) {
                changes.computeIfAbsent((JsonObject) change, first -> new JsonArray())
                        .add(answer.getString("node"));
            }
        }
        JsonArray told = new JsonArray();
        changes.forEach((change, of) -> told.add(
                of.size() == answers.answers().size() ? change : change.copy().put("nodes", of)));
        List<JsonObject> each = answers.answers().stream()
                .map(answer -> {
                    JsonObject node = answer.copy();
                    node.remove("changes");
                    return node;
                })
                .toList();
        return gathered(new Gathered<>(each, answers.missing()))
                .put("valid", valid)
                .put("version", version)
                .put("changes", told);
    }

    private static JsonObject gathered(Gathered<JsonObject> answers) {
        return new JsonObject()
                .put("nodes", new JsonArray(answers.answers()))
                .put("complete", answers.complete())
                .put("missing", new JsonArray(List.copyOf(answers.missing())));
    }
}
