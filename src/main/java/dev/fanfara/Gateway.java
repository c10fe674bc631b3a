package dev.fanfara;

import dev.fanfara.admission.Admission;
import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.RevocationStore;
import dev.fanfara.auth.Revocations;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.auth.UnusableKey;
import dev.fanfara.broadcast.BroadcastVerticle;
import dev.fanfara.broadcast.RoomEvents;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Nodes;
import dev.fanfara.cli.ExitCode;
import dev.fanfara.cluster.Change;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.ClusterException;
import dev.fanfara.cluster.ClusterOptions;
import dev.fanfara.cluster.Discovery;
import dev.fanfara.cluster.Majority;
import dev.fanfara.cluster.Partitions;
import dev.fanfara.cluster.SharedRevocations;
import dev.fanfara.cluster.SharedSessions;
import dev.fanfara.cluster.SharedVersions;
import dev.fanfara.config.ClusterConfig;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.ConfigWatcher;
import dev.fanfara.config.DiscoveryConfig;
import dev.fanfara.config.EventsConfig;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.Loaded;
import dev.fanfara.connection.ConnectionVerticle;
import dev.fanfara.connection.OutboundPerNode;
import dev.fanfara.connection.RoomsPerUser;
import dev.fanfara.demo.DemoFeed;
import dev.fanfara.hook.HookEvents;
import dev.fanfara.hook.Hooks;
import dev.fanfara.http.ApiContract;
import dev.fanfara.http.Assets;
import dev.fanfara.http.ClusterStats;
import dev.fanfara.http.Doors;
import dev.fanfara.http.HttpParts;
import dev.fanfara.http.HttpSockets;
import dev.fanfara.http.HttpVerticle;
import dev.fanfara.http.ManagementVerticle;
import dev.fanfara.http.Operations;
import dev.fanfara.http.route.HealthChecks;
import dev.fanfara.http.route.RouteProxy;
import dev.fanfara.http.route.Routes;
import dev.fanfara.log.ClusteredRoomLogs;
import dev.fanfara.log.LocalRoomLogs;
import dev.fanfara.log.RoomLogs;
import dev.fanfara.log.Standing;
import dev.fanfara.logging.Logging;
import dev.fanfara.memory.HeapWatch;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.MicrometerMetrics;
import dev.fanfara.metrics.VertxMeters;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.recovery.LocalSessions;
import dev.fanfara.recovery.SessionStore;
import dev.fanfara.recovery.Sessions;
import dev.fanfara.rollout.LocalVersions;
import dev.fanfara.rollout.Rollout;
import dev.fanfara.rollout.VersionStore;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Reloads;
import dev.fanfara.settings.Settings;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.engineio.EchoApplication;
import dev.fanfara.transport.engineio.EngineApplication;
import dev.fanfara.transport.engineio.EngineDoor;
import dev.fanfara.transport.engineio.EngineTerms;
import dev.fanfara.transport.engineio.EngineVerticle;
import dev.fanfara.transport.socketio.ConformanceSocketIo;
import dev.fanfara.transport.socketio.SocketIo;
import dev.fanfara.transport.sse.SseDoor;
import dev.fanfara.transport.websocket.WebSocketUpgrade;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: the one class that knows every part. Starts rooms, then connections, then the doors; stops in the
 * opposite order. Its methods block and are for threads of their own, never for an event loop.
 */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration HURRY_TIMEOUT = Duration.ofMillis(1_700);
    /** Whoever waits for "ready" may then stop the next node; a cluster in trouble must not keep this one from helping. */
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(30);
    /** What stopping may take beyond the drain window. */
    private static final Duration STOP_TIMEOUT = Duration.ofMillis(4_500);
    /** Of that, for clients that do not answer, requests that are under way, and data that is still being handed over. */
    private static final Duration STRAGGLERS = Duration.ofMillis(2_500);

    private static final Duration REQUESTS_UNDER_WAY = Duration.ofMillis(1_500);

    /** A majority that is lost may be back soon: so long clients stay. */
    private static final Duration CUT_OFF_AFTER = Duration.ofSeconds(10);

    private static final long CUT_OFF_CHECK_MS = 500;

    /** What the cluster did not tell a node by then, it asks for. */
    private static final long REVOCATIONS_CHECK_MS = 10_000;

    /** A version of the configuration that this node was not told of is found by then. */
    private static final long ROLLOUT_CHECK_MS = 3_000;

    private final Loaded started;
    private final Ports ports;
    private final String version;
    /** For the protocols' own test suites: never on in production. */
    private final boolean conformance;

    private final int loops;
    private final PrometheusMeterRegistry registry = VertxMeters.registry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(
            registry,
            Arrays.stream(TokenRejected.Reason.values())
                    .map(TokenRejected.Reason::label)
                    .toList());
    private final List<EdgeShard> shards = new ArrayList<>();
    private final HealthState health;
    private final Memory memory = Memory.ofThisProcess();

    private final Majority majority;
    private boolean cutOff;

    private @Nullable Cluster cluster;
    private @Nullable LiveSettings settings;
    private @Nullable ConfigWatcher watcher;
    private @Nullable RoomLogs sharedLogs;
    /** Set before anything can be reloaded. */
    private volatile @Nullable ManagementVerticle management;

    private @Nullable HookEvents events;
    private @Nullable Sessions sessions;

    private Gateway(Loaded started, Ports ports, String version, boolean conformance) {
        this.started = started;
        this.ports = ports;
        this.version = version;
        this.conformance = conformance;
        int wanted = started.config().server().eventLoops();
        loops = wanted == 0 ? Runtime.getRuntime().availableProcessors() : wanted;
        health = new HealthState(loops);
        ClusterConfig together = started.config().cluster();
        majority = new Majority(together.minimum(), together.minimumCountsFrom());
    }

    /**
     * Returns when clients can come.
     *
     * @throws StartFailure with a sentence for the operator; the process should end then
     */
    public static Gateway start(ConfigSource source, Loaded loaded, String version, boolean conformance) {
        Logging.apply(loaded.config().logging());
        loaded.warnings().forEach(LOG::warn);
        if (conformance) {
            LOG.warn("conformance mode: whoever reaches /echo, /engine.io/ or /socket.io/ meets no limits there");
        }
        try {
            TokenVerifier.probe(loaded.config().auth());
        } catch (UnusableKey unusable) {
            throw new StartFailure(String.valueOf(unusable.getMessage()), ExitCode.BAD_CONFIGURATION);
        }
        Gateway gateway = new Gateway(loaded, Ports.probe(loaded.config()), version, conformance);
        gateway.run(source);
        return gateway;
    }

    private void run(ConfigSource source) {
        GatewayConfig config = started.config().listeningOn(ports.client(), ports.management());
        Transport transport = Transports.choose(config.server().transport());
        Cluster joined = join(config.cluster(), transport);
        cluster = joined;
        Vertx vertx = joined.vertx();
        Future<ApiContract> api = ApiContract.load(vertx);
        metrics.clusterMembers(() -> joined.peers().size() + 1);
        metrics.memory(memory.heap()::isLow, memory.intake()::bytes);
        HeapWatch.start(vertx, memory.heap());

        Revocations revocations = new Revocations(joined.hazelcast()
                .<RevocationStore>map(data -> new SharedRevocations(vertx, data))
                .orElse(RevocationStore.NONE));
        await(revocations.refresh(), START_TIMEOUT);
        LiveSettings live = new LiveSettings(settingsOf(vertx, config, started.hash(), revocations, null));
        settings = live;
        Nodes nodes = new ClusterNodes(joined, loops);
        Reloads reloads = new Reloads();
        Reload reload = new Reload(vertx, live, metrics, reloads, source.toString(), this::renew);
        reload.started(started);
        ConfigWatcher watching = new ConfigWatcher(source, started, reload);
        watcher = watching;
        VersionStore versions = joined.hazelcast()
                .<VersionStore>map(data -> new SharedVersions(vertx, data))
                .orElseGet(LocalVersions::new);
        Rollout rollout =
                new Rollout(vertx, nodes, watching, versions, () -> majority.isHeld() && majority.isConfirmed());
        ApiContract contract = await(api, START_TIMEOUT);
        Hooks hooks = new Hooks(vertx, live, metrics, nodes.self().id());
        events = hooks.events();
        HttpParts parts = new HttpParts(
                live,
                nodes,
                metrics,
                hooks,
                memory,
                Admission.of(() -> live.current().config()),
                new HttpSockets(),
                new ClusterStats(vertx, nodes),
                Assets.fromClassPath("web", "").with(contract.files()),
                contract,
                rollout,
                health::isDraining);
        Sessions saved = new Sessions(
                nodes,
                joined.hazelcast()
                        .<SessionStore>map(data -> new SharedSessions(vertx, data))
                        .orElseGet(LocalSessions::new));
        sessions = saved;
        SseDoor streams = deploy(vertx, parts, saved, roomLogs(joined, live), roomEvents(joined, hooks.events()));
        joined.onChange(change -> {
            refresh(revocations);
            if (change instanceof Change.Left left) {
                shards.forEach(shard -> shard.forget(left.peer().nodeId()));
            } else {
                // Whoever joins asks; but after a partition both sides have clients, and each must know at once.
                shards.forEach(EdgeShard::synchronize);
                if (change instanceof Change.Merged) {
                    shards.forEach(EdgeShard::merged);
                }
            }
        });
        await(Future.join(shards.stream().map(EdgeShard::synchronize).toList()), START_TIMEOUT);
        if (!joined.hazelcast()
                .map(data -> new Partitions(data).settle(SETTLE_TIMEOUT))
                .orElse(true)) {
            LOG.warn("the cluster's data is not all copied yet; another node should not be stopped now");
        }

        Operations operations = new Operations(
                version,
                Ports.address(config.server()),
                health.checks(live, majority),
                metrics::readings,
                reloads,
                streams::watch);
        ManagementVerticle operators = new ManagementVerticle(parts, registry, operations);
        await(shards.get(0).open(operators), START_TIMEOUT);
        management = operators;
        shards.forEach(shard -> await(shard.open(), START_TIMEOUT));
        await(
                vertx.deployVerticle(
                        new DemoFeed(nodes, () -> live.current().config().demo() && joined.oldest())),
                START_TIMEOUT);
        // What the cluster goes by may not be what this node's file says.
        await(rollout.start(), START_TIMEOUT);
        watching.start();
        vertx.setPeriodic(
                ROLLOUT_CHECK_MS,
                timer -> rollout.follow()
                        .onFailure(
                                failure -> LOG.debug("the cluster's configuration is asked for again later", failure)));
        vertx.setPeriodic(CUT_OFF_CHECK_MS, timer -> checkMajority());
        vertx.setPeriodic(REVOCATIONS_CHECK_MS, timer -> refresh(revocations));
        health.listening();
        LOG.info("{}", readyLine(transport));
    }

    /**
     * Certificates for connections to come. The client port is one server whatever loop asks, and must be asked once: two
     * updates at a time can overflow the stack (Vert.x 5.0.10, {@code NetServerImpl.updateSSLOptions}).
     */
    private Future<?> renew(GatewayConfig changed) {
        List<Future<?>> all = new ArrayList<>();
        if (management != null) {
            all.add(management.renew(changed));
        }
        all.add(shards.get(0).renew(changed));
        return Future.join(all);
    }

    private void refresh(Revocations revocations) {
        revocations
                .refresh()
                .onSuccess(news -> {
                    if (news) {
                        shards.forEach(EdgeShard::endRevoked);
                    }
                })
                .onFailure(failure -> LOG.debug("revocations are asked for again later", failure));
    }

    /** On the event loop of its timer. */
    private void checkMajority() {
        boolean now = majority.isLostFor(CUT_OFF_AFTER);
        if (now != cutOff) {
            cutOff = now;
            LOG.warn(
                    "this node sees {}: {}",
                    majority,
                    now ? "its clients are sent elsewhere" : "its clients may come again");
            shards.forEach(shard -> shard.cutOff(now));
        }
    }

    private Cluster join(ClusterConfig config, Transport transport) {
        VertxOptions options = new VertxOptions().setEventLoopPoolSize(loops).setMetricsOptions(VertxMeters.options());
        VertxBuilder builder =
                Vertx.builder().with(options).withTransport(transport).withMetrics(VertxMeters.factory(registry));
        if (!config.enabled()) {
            Vertx alone = builder.build();
            Addresses.registerCodecs(alone.eventBus());
            return Cluster.standalone(alone);
        }
        ClusterOptions place = new ClusterOptions(
                config.name(),
                config.host(),
                ports.cluster(),
                ports.eventBus(),
                discovery(config.discovery()),
                config.backups(),
                ClusterNodes.attributes(loops));
        return await(
                Cluster.start(
                        place,
                        options,
                        builder,
                        majority,
                        ClusteredRoomLogs.structures(config.backups(), standing()),
                        joining -> Addresses.registerCodecs(joining.eventBus())),
                START_TIMEOUT);
    }

    /** The cluster's part, and the rooms' part, which do not know each other. */
    private Standing standing() {
        return new Standing() {
            @Override
            public boolean isEnough(int members) {
                return majority.isEnough(members);
            }

            @Override
            public boolean isConfirmed() {
                return majority.isConfirmed();
            }

            @Override
            public boolean isOneSideOnly() {
                return majority.isOfAll();
            }
        };
    }

    private Discovery discovery(DiscoveryConfig config) {
        return switch (config.type()) {
            case MEMBERS -> new Discovery.Members(config.members());
            case DNS -> new Discovery.Dns(config.service() == null ? "" : config.service(), ports.cluster());
            case MULTICAST -> new Discovery.Multicast();
        };
    }

    /** Called by each loop on itself; rooms remember in this node, or all over the cluster. */
    private Supplier<RoomLogs> roomLogs(Cluster joined, LiveSettings live) {
        IntSupplier maxRooms = () -> live.current().config().limits().roomsPerNode();
        Vertx vertx = joined.vertx();
        if (joined.hazelcast().isEmpty()) {
            return () -> new LocalRoomLogs(vertx, () -> Math.max(1, maxRooms.getAsInt() / loops));
        }
        RoomLogs shared = new ClusteredRoomLogs(vertx, joined.hazelcast().get(), maxRooms);
        sharedLogs = shared;
        return () -> shared;
    }

    /** One node tells for all: the oldest, which knows of all rooms, as long as it is not on the lesser side of a split. */
    private RoomEvents roomEvents(Cluster joined, HookEvents told) {
        return new RoomEvents() {
            @Override
            public boolean areWanted() {
                return told.areWanted(EventsConfig.ROOM_OCCUPIED) || told.areWanted(EventsConfig.ROOM_VACATED);
            }

            @Override
            public boolean areToldHere() {
                return joined.oldest() && majority.isHeld();
            }

            @Override
            public void occupied(RoomName room) {
                told.occupied(room);
            }

            @Override
            public void vacated(RoomName room) {
                told.vacated(room);
            }
        };
    }

    /** @return the door for streams of the first event loop */
    private SseDoor deploy(
            Vertx vertx, HttpParts parts, Sessions sessions, Supplier<RoomLogs> logs, RoomEvents events) {
        Nodes nodes = parts.nodes();
        LiveSettings live = parts.live();
        Admission admission = parts.admission();
        Set<Thread> loopsTaken = new HashSet<>();
        Admission fromAnywhere = admission.fromAnywhere(() -> live.current().config());
        RoomsPerUser roomsPerUser = new RoomsPerUser();
        OutboundPerNode outbound = new OutboundPerNode(nodes.self().loops());
        Hooks hooks = parts.hooks();
        Routes routes = new Routes(() -> live.current().config());
        HealthChecks.start(vertx, routes, metrics);
        List<SseDoor> doors = new ArrayList<>();
        for (int loop = 0; loop < nodes.self().loops(); loop++) {
            BroadcastVerticle rooms = new BroadcastVerticle(nodes, loop, live, logs, events, memory, metrics);
            ConnectionVerticle connections = new ConnectionVerticle(
                    nodes, loop, live, roomsPerUser, outbound, memory, metrics, hooks, sessions, version);
            Gatekeeper gate = new Gatekeeper(connections, live, admission, metrics);
            WebSocketUpgrade upgrades =
                    new WebSocketUpgrade(connections, gate, live, metrics, HttpVerticle::refuseUpgrade, conformance);
            SseDoor streams = new SseDoor(connections, gate, live);
            doors.add(streams);
            EngineVerticle engine = new EngineVerticle(nodes, loop, gate);
            List<EngineDoor> engines = conformance
                    ? conformanceDoors(vertx, engine, new Gatekeeper(connections, live, fromAnywhere, metrics), live)
                    : List.of(engineDoor("/socket.io", new SocketIo(connections, gate, live), engine, gate, live));
            RouteProxy onward = new RouteProxy(vertx, routes, gate, live, memory.heap(), metrics);
            HttpVerticle http = new HttpVerticle(parts, new Doors(upgrades::accept, streams::accept, engines, onward));
            EdgeShard shard = new EdgeShard(rooms, connections, engine, http, loopsTaken);
            shards.add(shard);
            deployOnFreeLoop(vertx, shard);
            int watched = loop;
            shard.run(() -> health.watch(vertx, watched));
        }
        return doors.get(0);
    }

    private EngineDoor engineDoor(
            String path, EngineApplication application, EngineVerticle engine, Gatekeeper gate, LiveSettings live) {
        return new EngineDoor(
                path,
                application,
                () -> EngineTerms.of(live.current().config().socketio()),
                engine,
                gate,
                memory,
                metrics);
    }

    private List<EngineDoor> conformanceDoors(Vertx vertx, EngineVerticle engine, Gatekeeper gate, LiveSettings live) {
        return List.of(
                engineDoor("/socket.io", new ConformanceSocketIo(vertx), engine, gate, live),
                new EngineDoor(
                        "/engine.io",
                        new EchoApplication(),
                        () -> EngineTerms.CONFORMANCE,
                        engine,
                        gate,
                        memory,
                        metrics));
    }

    private static void deployOnFreeLoop(Vertx vertx, Deployable shard) {
        while (true) {
            try {
                await(vertx.deployVerticle(shard), START_TIMEOUT);
                return;
            } catch (EdgeShard.LoopTaken next) {
                LOG.trace("event loop taken, trying the next", next);
            }
        }
    }

    static Settings settingsOf(
            Vertx vertx, GatewayConfig config, String hash, Revocations revocations, @Nullable Settings before) {
        TokenVerifier previous = before == null ? null : before.tokens();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), previous), Duration.ofSeconds(10));
        return new Settings(
                config,
                hash,
                tokens.refusing(revocations),
                new ApiKeys(config.auth().apiKeys()));
    }

    private String readyLine(Transport transport) {
        GatewayConfig config = started.config();
        String line = "ready client=" + config.server().host() + ":" + ports.client() + " management="
                + config.management().host() + ":" + ports.management();
        if (config.cluster().enabled()) {
            line += " cluster=" + config.cluster().host() + ":" + ports.cluster() + " eventBus="
                    + config.cluster().host() + ":" + ports.eventBus();
        }
        return line + " transport=" + transport.name() + " eventLoops=" + loops;
    }

    /** Reads the configuration again, as SIGHUP asks. Any thread. */
    public void reload() {
        if (watcher != null) {
            watcher.reloadNow();
        }
    }

    /**
     * Tells clients to go elsewhere, lets them go over the drain window, and leaves the cluster: within five seconds more.
     *
     * <p>The node's data goes during that window too, while the node still serves: afterwards there would be no time for
     * it. Its port stays open until then, for whoever does not know yet that this node is leaving.
     */
    public void stop() {
        health.draining();
        Cluster joined = cluster;
        LiveSettings live = settings;
        if (joined == null || live == null) {
            return;
        }
        Duration window = live.current().config().drain().window();
        long windowEnds = System.nanoTime() + window.toNanos();
        long deadline = windowEnds + STOP_TIMEOUT.toNanos();
        haltAt(deadline);
        if (watcher != null) {
            watcher.close();
        }
        LOG.info("draining over {} s", window.toSeconds());
        Future<?> drained =
                Future.join(shards.stream().map(shard -> shard.drain(window)).toList());
        Future<?> handedOver = joined.vertx()
                .executeBlocking(
                        () -> {
                            joined.hazelcast().map(Partitions::new).ifPresent(Partitions::handOver);
                            return null;
                        },
                        false);
        Future<?> gone = Future.join(drained, handedOver);
        awaitUntil(windowEnds, gone);
        Future<?> answered = Future.join(shards.stream()
                .map(shard -> shard.stopAccepting(REQUESTS_UNDER_WAY))
                .toList());
        settle(Future.join(gone, answered), windowEnds + STRAGGLERS.toNanos());
        shards.forEach(EdgeShard::sayGoodbye);
        if (events != null) {
            settle(events.settled(), windowEnds + STRAGGLERS.toNanos());
        }
        if (sessions != null) {
            settle(sessions.settled(), windowEnds + STRAGGLERS.toNanos());
        }
        if (sharedLogs != null) {
            sharedLogs.close();
        }
        settle(joined.leave(), deadline);
        settle(joined.vertx().close(), deadline);
    }

    /** Asked to stop a second time: everybody goes now. Any thread. */
    public void hurry() {
        haltAt(System.nanoTime() + HURRY_TIMEOUT.toNanos());
        shards.forEach(EdgeShard::hurry);
    }

    /** For what cannot be waited for with a time limit: an event loop that is stuck, a class that waits for itself. */
    private static void haltAt(long deadlineNanos) {
        Thread watchdog = new Thread(
                () -> {
                    while (System.nanoTime() < deadlineNanos) {
                        LockSupport.parkNanos(deadlineNanos - System.nanoTime());
                    }
                    Runtime.getRuntime().halt(0);
                },
                "fanfara-stop");
        watchdog.setDaemon(true);
        watchdog.start();
    }

    private static void settle(Future<?> step, long deadlineNanos) {
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        try {
            await(step, left);
        } catch (RuntimeException failure) {
            LOG.warn("while stopping: {}", failure.getMessage());
        }
    }

    /** Until it is done, or time is up. */
    private static void awaitUntil(long deadlineNanos, Future<?> step) {
        CountDownLatch done = new CountDownLatch(1);
        step.onComplete(any -> done.countDown());
        try {
            if (!done.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.debug("the drain window is over");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static <T> T await(Future<T> future, Duration atMost) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            if (cause instanceof ClusterException || cause instanceof UnusableKey) {
                throw new StartFailure(String.valueOf(cause.getMessage()));
            }
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(cause);
        } catch (TimeoutException late) {
            throw new StartFailure("no answer within " + atMost.toSeconds() + " s");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }
}
