package dev.fanfara.http;

import dev.fanfara.admission.Admission;
import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.LoopStats;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.StateAnswer;
import dev.fanfara.bus.StateRequest;
import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigListener;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.ConfigWatcher;
import dev.fanfara.config.Loaded;
import dev.fanfara.config.Setting;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.metrics.MicrometerMetrics;
import dev.fanfara.metrics.VertxMeters;
import dev.fanfara.protocol.Position;
import dev.fanfara.rollout.LocalVersions;
import dev.fanfara.rollout.Rollout;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Reloads;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The client port on a real socket, with two event loops, and in place of the rooms something that takes notes. */
final class HttpRig implements AutoCloseable {
    private static final NodeRef SELF = new NodeRef("n1", 2);
    private static final ApiContract API = contract();

    final Vertx vertx = Vertx.vertx();
    final HttpSockets sockets = new HttpSockets();
    final Memory memory = Memory.ofThisProcess();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final HttpVerticle verticle;
    private final ConfigWatcher watcher;
    final HttpParts parts;
    final LiveSettings live;
    final List<PublishRequest> published = new CopyOnWriteArrayList<>();
    final List<Announcement> announced = new CopyOnWriteArrayList<>();
    final List<String> limited = new CopyOnWriteArrayList<>();
    final List<String> rejected = new CopyOnWriteArrayList<>();
    /** Hashes of the configurations that were put in force. */
    final List<String> inForce = new CopyOnWriteArrayList<>();

    final AtomicBoolean draining = new AtomicBoolean();
    volatile Function<PublishRequest, Future<Published>> room =
            request -> Future.succeededFuture(new Published(false, null));

    volatile Function<HistoryRequest, Future<HistoryAnswer>> history =
            request -> Future.succeededFuture(new HistoryAnswer(new Position("e1", 0), List.of()));
    volatile Function<StateRequest, Future<StateAnswer>> state = request -> Future.succeededFuture(
            new StateAnswer(new Position("e1", 7), "{\"a\":1}".getBytes(StandardCharsets.UTF_8)));

    private HttpRig(Duration body, Duration idle, String... settings) {
        Addresses.registerCodecs(vertx.eventBus());
        live = new LiveSettings(settings(vertx, settings));
        for (int loop = 0; loop < SELF.loops(); loop++) {
            serve(loop);
        }
        Nodes nodes = new Nodes() {
            @Override
            public NodeRef self() {
                return SELF;
            }

            @Override
            public List<NodeRef> peers() {
                return List.of();
            }
        };
        GatewayMetrics notes = new GatewayMetrics() {
            @Override
            public void rateLimited(String scope) {
                limited.add(scope);
            }

            @Override
            public void authFailed(String reason) {
                rejected.add(reason);
            }
        };
        ConfigSource source = source(settings);
        watcher = new ConfigWatcher(source, source.load(), new ConfigListener() {
            @Override
            public void onChanged(Loaded loaded, List<String> needsRestart) {
                inForce.add(loaded.hash());
            }

            @Override
            public void onRejected(ConfigException bad) {
                throw new AssertionError(bad);
            }
        });
        parts = new HttpParts(
                live,
                nodes,
                notes,
                new Hooks(vertx, live, notes, "node"),
                memory,
                Admission.of(() -> live.current().config()),
                sockets,
                new ClusterStats(vertx, nodes),
                Assets.fromClassPath("assets-fixture", "").with(API.files()),
                API,
                rollout(vertx, nodes, watcher),
                draining::get);
        Doors doors = new Doors(
                HttpRig::upgrade, request -> Future.failedFuture(Problem.notFound()), List.of(), Onward.NOWHERE);
        verticle = new HttpVerticle(parts, doors, body, idle);
        vertx.deployVerticle(verticle).await();
        HttpVerticle second = new HttpVerticle(parts, doors, body, idle);
        vertx.deployVerticle(second).await();
    }

    /** Of a node where no stream can be opened. */
    static Operations operations(Health health) {
        return new Operations(
                "1.2.3",
                "127.0.0.1:8080",
                health,
                new MicrometerMetrics(VertxMeters.registry(), List.of())::readings,
                new Reloads(),
                (request, administrator, room, history) -> {});
    }

    private static ApiContract contract() {
        Vertx vertx = Vertx.vertx();
        try {
            return ApiContract.load(vertx).await();
        } finally {
            vertx.close().await();
        }
    }

    static HttpRig with(String... settings) {
        return new HttpRig(RequestDeadlines.Limits.BODY, RequestDeadlines.Limits.IDLE, settings);
    }

    static HttpRig impatient(Duration body, Duration idle, String... settings) {
        return new HttpRig(body, idle, settings);
    }

    /** Each as on the command line: {@code limits.handshake=1s}. */
    static Settings settings(Vertx vertx, String... settings) {
        Loaded loaded = source(settings).load();
        return new Settings(
                loaded.config(),
                loaded.hash(),
                TokenVerifier.create(vertx, loaded.config().auth(), null).await(),
                new ApiKeys(loaded.config().auth().apiKeys()));
    }

    private static ConfigSource source(String... settings) {
        List<Setting> overrides = new CopyOnWriteArrayList<>();
        overrides.add(setting("server.port", "0"));
        overrides.add(setting("management.port", "0"));
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            overrides.add(setting(setting.substring(0, equals), setting.substring(equals + 1)));
        }
        return new ConfigSource(null, Map.of(), overrides);
    }

    /** Of this one node; what it would put in force goes nowhere. */
    private static Rollout rollout(Vertx vertx, Nodes nodes, ConfigWatcher watcher) {
        Rollout rollout = new Rollout(vertx, nodes, watcher, new LocalVersions(), () -> true);
        rollout.start().await();
        return rollout;
    }

    private static Setting setting(String path, String value) {
        return new Setting(path, value, "--set " + path);
    }

    private void serve(int loop) {
        Addresses.PUBLISH.serve(vertx, SELF.id(), loop, request -> {
            published.add(request);
            return room.apply(request);
        });
        Addresses.HISTORY.serve(vertx, SELF.id(), loop, request -> history.apply(request));
        Addresses.STATE.serve(vertx, SELF.id(), loop, request -> state.apply(request));
        Addresses.ANNOUNCE.serve(vertx, SELF.id(), loop, announcement -> {
            announced.add(announcement);
            return Future.succeededFuture(3);
        });
        Addresses.EDGE_STATS.serve(
                vertx, SELF.id(), loop, nothing -> Future.succeededFuture(new LoopStats(5, 0, 10, 20)));
        Addresses.ROOM_STATS.serve(
                vertx, SELF.id(), loop, nothing -> Future.succeededFuture(new LoopStats(0, 2, 0, 0)));
    }

    private static void upgrade(HttpServerRequest request) {
        request.toWebSocket().onSuccess(socket -> socket.textMessageHandler(socket::writeTextMessage));
    }

    void reload(String... settings) {
        live.replace(settings(vertx, settings));
    }

    int port() {
        return verticle.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    HttpResponse<String> send(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null && !List.of(headers).contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    RawClient raw() {
        return RawClient.connect(port());
    }

    @Override
    public void close() {
        watcher.close();
        vertx.close().await();
    }
}
