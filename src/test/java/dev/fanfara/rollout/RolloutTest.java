package dev.fanfara.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigListener;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.ConfigWatcher;
import dev.fanfara.config.Loaded;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one bus, each with a file of its own. */
class RolloutTest {
    private static final String FILE = "{'connections':{'outboundBudget':'1MiB'}}";
    private static final String WIDER = "{'connections':{'outboundBudget':'2MiB'}}";
    private static final String WIDEST = "{'connections':{'outboundBudget':'3MiB'}}";

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<NodeRef> there = new CopyOnWriteArrayList<>();
    private final List<ConfigWatcher> watchers = new ArrayList<>();
    private VersionStore store = new LocalVersions();
    private boolean majority = true;
    private Node a;
    private Node b;

    private final class Node implements ConfigListener {
        final Path home;
        final ConfigWatcher watcher;
        final Rollout rollout;
        final List<String> rejected = new CopyOnWriteArrayList<>();
        volatile long budget;

        Node(String name, String file) throws IOException {
            home = Files.createDirectories(folder.resolve(name));
            writes(file);
            ConfigSource source = new ConfigSource(home.resolve("fanfara.json"), Map.of(), List.of());
            Loaded started = source.load();
            budget = started.config().connections().outboundBudget();
            watcher = new ConfigWatcher(source, started, this);
            watchers.add(watcher);
            NodeRef self = new NodeRef(name, 1);
            there.add(self);
            Nodes nodes = new Nodes() {
                @Override
                public NodeRef self() {
                    return self;
                }

                @Override
                public List<NodeRef> peers() {
                    return there.stream().filter(node -> !node.equals(self)).toList();
                }
            };
            rollout = new Rollout(vertx, nodes, watcher, store, () -> majority);
            await(rollout.start());
            watcher.start();
        }

        void writes(String file) throws IOException {
            Path next = Files.writeString(home.resolve("next"), json(file));
            Files.move(next, home.resolve("fanfara.json"), StandardCopyOption.ATOMIC_MOVE);
        }

        long version() {
            return watcher.inForce().version();
        }

        @Override
        public void onChanged(Loaded loaded, List<String> needsRestart) {
            budget = loaded.config().connections().outboundBudget();
        }

        @Override
        public void onRejected(ConfigException bad) {
            rejected.add(bad.getMessage());
        }
    }

    @BeforeEach
    void twoNodes() throws IOException {
        Addresses.registerCodecs(vertx.eventBus());
        a = new Node("a", FILE);
        b = new Node("b", FILE);
    }

    @AfterEach
    void close() {
        watchers.forEach(ConfigWatcher::close);
        await(vertx.close());
    }

    @Test
    void planTellsWhatWouldChangeAndWhen() {
        JsonObject plan = await(
                a.rollout.plan(
                        json(
                                "{'connections':{'outboundBudget':'2MiB'},'server':{'port':1},'management':{'adminToken':'0123456789abcdef'}}")));

        assertThat(plan.getBoolean("valid")).isTrue();
        assertThat(plan.getLong("version")).isZero();
        assertThat(plan.getJsonArray("changes"))
                .containsExactly(
                        change("/connections/outboundBudget", "1MiB", "2MiB", "live"),
                        change("/management/adminToken", null, "…", "live"),
                        change("/server/port", 8080, 1, "restart"));
        assertThat(plan.getBoolean("complete")).isTrue();
        assertThat(plan.encode()).doesNotContain("0123456789abcdef");
        assertThat(a.budget).isEqualTo(1 << 20);
    }

    @Test
    void planTellsWhatIsWrongAndWhere() throws IOException {
        Files.writeString(a.home.resolve("token"), "0123456789abcdef");

        JsonObject plan = await(a.rollout.plan(json("{'management':{'adminToken':'${file:token}'}}")));

        assertThat(plan.getBoolean("valid")).isFalse();
        assertThat(node(plan, "a").getBoolean("valid")).isTrue();
        assertThat(node(plan, "b").getBoolean("valid")).isFalse();
        assertThat(node(plan, "b").getJsonArray("errors").getJsonObject(0).getString("pointer"))
                .isEqualTo("/management/adminToken");
        assertThat(plan.getJsonArray("changes").getJsonObject(0).getJsonArray("nodes"))
                .containsExactly("a");
    }

    @Test
    void appliedVersionIsInForceEverywhere() {
        JsonObject applied = await(b.rollout.apply(json(WIDER), "more room", null));

        assertThat(List.of(a.budget, b.budget)).containsOnly(2L << 20);
        assertThat(applied.getLong("version")).isEqualTo(1);
        assertThat(node(applied, "a").getLong("version")).isEqualTo(1);
        assertThat(node(applied, "b").getLong("version")).isEqualTo(1);
        assertThat(applied.getJsonArray("versions").getJsonObject(0).getString("note"))
                .isEqualTo("more room");
    }

    @Test
    void whatOneNodeCannotLiveWithNoNodeGets() throws IOException {
        Files.writeString(a.home.resolve("token"), "0123456789abcdef");
        String document = "{'connections':{'outboundBudget':'2MiB'},'management':{'adminToken':'${file:token}'}}";

        assertThatThrownBy(() -> await(a.rollout.apply(json(document), "", null)))
                .hasRootCauseInstanceOf(PlanRefused.class);

        assertThat(List.of(a.budget, b.budget)).containsOnly(1L << 20);
        assertThat(await(a.rollout.status()).getLong("version")).isZero();
    }

    @Test
    void nothingIsAppliedWhileANodeDoesNotAnswer() {
        there.add(new NodeRef("silent", 1));

        assertThatThrownBy(() -> await(a.rollout.apply(json(WIDER), "", null)))
                .hasRootCauseInstanceOf(Refusal.class)
                .hasMessageContaining("silent");

        assertThat(a.budget).isEqualTo(1 << 20);
    }

    @Test
    void nothingIsAppliedWithoutAMajority() {
        majority = false;

        assertThatThrownBy(() -> await(a.rollout.apply(json(WIDER), "", null))).hasRootCauseInstanceOf(Refusal.class);
        assertThatThrownBy(() -> await(a.rollout.rollback(0))).hasRootCauseInstanceOf(Refusal.class);

        assertThat(await(store.latest())).isEmpty();
    }

    @Test
    void ofTwoWhoWantToChangeTheSameVersionOneDoes() {
        await(a.rollout.apply(json(WIDER), "", 0L));

        assertThatThrownBy(() -> await(b.rollout.apply(json(WIDEST), "", 0L)))
                .hasRootCauseInstanceOf(Refusal.class)
                .hasMessageContaining("Version 1 is in force");

        assertThat(b.budget).isEqualTo(2 << 20);
    }

    @Test
    void fileThatChangesWinsOnItsNodeAndStaysTheOneThatCounts() throws IOException {
        await(a.rollout.apply(json(WIDER), "", null));

        a.writes(WIDEST);
        Eventually.holds(() -> assertThat(a.budget).isEqualTo(3 << 20));
        assertThat(a.version()).isZero();
        assertThat(b.version()).isEqualTo(1);

        a.writes(FILE);
        Eventually.holds(() -> assertThat(a.budget).isEqualTo(1 << 20));
        await(a.rollout.follow());
        assertThat(a.version())
                .as("though the file is again the one that was replaced")
                .isZero();
    }

    @Test
    void badFileDoesNotEndTheAppliedVersion() throws IOException {
        await(a.rollout.apply(json(WIDER), "", null));

        a.writes("{'connections':{'outboundBudget':1}}");

        Eventually.holds(() -> assertThat(a.rejected).hasSize(1));
        assertThat(a.version()).isEqualTo(1);
        assertThat(a.budget).isEqualTo(2 << 20);
    }

    @Test
    void nodeThatComesLaterFollows() throws IOException {
        await(a.rollout.apply(json(WIDER), "", null));

        Node late = new Node("late", FILE);

        assertThat(late.version()).isEqualTo(1);
        assertThat(late.budget).isEqualTo(2 << 20);
    }

    @Test
    void nodeThatComesLaterWithANewFileGoesByIt() throws IOException {
        await(a.rollout.apply(json(WIDER), "", null));

        Node late = new Node("late", WIDEST);

        assertThat(late.version()).isZero();
        assertThat(late.budget).isEqualTo(3 << 20);
    }

    @Test
    void earlierVersionComesBackAsTheNext() {
        await(a.rollout.apply(json(WIDER), "", null));
        await(a.rollout.apply(json(WIDEST), "", null));

        JsonObject status = await(b.rollout.rollback(1));

        assertThat(List.of(a.budget, b.budget)).containsOnly(2L << 20);
        assertThat(status.getJsonArray("versions").stream().map(version -> ((JsonObject) version).getLong("version")))
                .containsExactly(3L, 2L, 1L);
    }

    @Test
    void rollbackToTheFiles() {
        await(a.rollout.apply(json(WIDER), "", null));

        await(a.rollout.rollback(0));

        assertThat(List.of(a.budget, b.budget)).containsOnly(1L << 20);
        assertThat(List.of(a.version(), b.version())).containsOnly(0L);
    }

    @Test
    void versionNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> await(a.rollout.rollback(7))).hasRootCauseInstanceOf(Refusal.class);
    }

    @Test
    void whatTheClusterHasLostItsNodesPutBack() throws IOException {
        ForgetfulVersions forgetful = new ForgetfulVersions();
        store = forgetful;
        Node c = new Node("c", FILE);
        await(c.rollout.apply(json(WIDER), "", null));
        forgetful.forget();

        await(c.rollout.follow());

        assertThat(await(store.latest()).orElseThrow().number()).isEqualTo(1);
        assertThat(c.version()).isEqualTo(1);
    }

    private static final class ForgetfulVersions implements VersionStore {
        private LocalVersions versions = new LocalVersions();

        void forget() {
            versions = new LocalVersions();
        }

        @Override
        public Future<Optional<Version>> latest() {
            return versions.latest();
        }

        @Override
        public Future<Boolean> add(long after, Version next) {
            return versions.add(after, next);
        }

        @Override
        public Future<List<Version>> all() {
            return versions.all();
        }
    }

    private static JsonObject change(String key, @Nullable Object before, Object after, String takesEffect) {
        return new JsonObject()
                .put("key", key)
                .put("before", before)
                .put("after", after)
                .put("takesEffect", takesEffect);
    }

    private static JsonObject node(JsonObject answer, String name) {
        JsonArray nodes = answer.getJsonArray("nodes");
        return nodes.stream()
                .map(JsonObject.class::cast)
                .filter(node -> name.equals(node.getString("node")))
                .findFirst()
                .orElseThrow();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
