package dev.fanfara.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The facts the gateway reports as the meters an operator sees. What happens often is one addition to a striped counter,
 * which a scrape adds up. Any thread.
 */
public final class MicrometerMetrics implements GatewayMetrics {
    /** Their connections are WebSockets. */
    private static final List<String> WEBSOCKETS = List.of("websocket", "echo", "route");

    private static final List<String> TRANSPORTS = List.of("websocket", "echo", "sse", "socketio");
    private static final List<String> RATE_LIMITS =
            List.of("messages", "publishes", "requests", "connects", "connections", "routes");
    /** What the contract lists and what RFC 6455 section 7.4.1 says; a client may send any other number. */
    private static final List<String> CLOSE_CODES = Stream.concat(
                    IntStream.rangeClosed(1000, 1013)
                            .filter(code -> code != 1004)
                            .mapToObj(Integer::toString),
                    Stream.of("4001", "4002", "4003", "4010", "4016", "4503"))
            .toList();

    private final PrometheusMeterRegistry registry;
    private final Map<String, LongAdder> connections = new HashMap<>();
    private final LongAdder otherConnections = new LongAdder();
    private final LongAdder engineSockets = new LongAdder();
    private static final String RECOVERED = "complete";
    private static final String NOT_RECOVERED = "incomplete";
    private static final List<String> RECOVERIES = List.of(RECOVERED, NOT_RECOVERED);

    private final LongAdder received;
    private final LongAdder sent;
    private final LongAdder published;
    private final LongAdder rooms = new LongAdder();
    private final LongAdder members = new LongAdder();
    private final LongAdder slowConsumers;
    private final LongAdder repairs;
    private final LongAdder conflated;
    private final LongAdder peerDropped;
    private final LongAdder refusedForMemory;
    private final LongAdder reloadFailures;
    private final LabelledCounters closed;
    private final LabelledCounters deliveries;
    private final LabelledCounters rateLimited;
    private final LabelledCounters authFailures;
    private final LabelledCounters recoveries;
    private final RouteMeters routes;
    private final LatencyHistogram latency = new LatencyHistogram(
            "fanfara_delivery_latency_seconds", "From a publication accepted to written, per member");
    /** By event loop; each is written by its own loop. */
    private final Map<Integer, Long> outboundBytes = new ConcurrentHashMap<>();

    private final Map<Integer, Long> unacknowledgedBytes = new ConcurrentHashMap<>();
    private final Map<Integer, Duration> loopLag = new ConcurrentHashMap<>();
    private final AtomicInteger lastReloadSuccessful = new AtomicInteger(1);
    private final Map<String, Instant> certificates = new ConcurrentHashMap<>();
    private volatile IntSupplier clusterMembers = () -> 1;
    private @Nullable Gauge configInfo;

    private static final List<String> HOOKS = List.of("connect", "join", "publish", "events");
    private static final List<String> HOOK_RESULTS = List.of("allowed", "denied", "failed", "skipped");

    private final Map<String, LongAdder> hookRequests = new HashMap<>();
    private final Map<String, Timer> hookTimes = new HashMap<>();
    private final LongAdder hookEventsDropped;

    /** @param authFailureReasons the labels of {@code fanfara_auth_failures_total} */
    public MicrometerMetrics(PrometheusMeterRegistry registry, Collection<String> authFailureReasons) {
        this.registry = registry;
        received = counter("websocket.messages.received", "Messages from clients");
        sent = counter("websocket.messages.sent", "Messages to clients, replies included");
        published = counter("fanfara.messages.published", "Publications that rooms took");
        slowConsumers = counter("fanfara.slow.consumers", "Connections closed because they read too slowly");
        repairs = counter("fanfara.cluster.repairs", "Losses of the event bus that were found and mended");
        conflated = counter(
                "fanfara.conflated", "Patches that members got as part of a merged one, counted per frame written");
        peerDropped =
                counter("fanfara.peer.dropped", "Messages not sent to a node that had fallen behind, per such node");
        refusedForMemory = counter(
                "fanfara.memory.refused", "Publications and connections refused because memory could not bear them");
        reloadFailures = counter("fanfara.config.reload.failures", "Configurations that were refused");
        closed = new LabelledCounters(
                registry, "fanfara.connections.closed", "Ends of connections by close code", "code", CLOSE_CODES);
        deliveries = new LabelledCounters(
                registry, "fanfara.deliveries", "Publications written to members", "transport", TRANSPORTS);
        rateLimited = new LabelledCounters(
                registry, "fanfara.rate.limited", "Refusals for going too fast", "scope", RATE_LIMITS);
        authFailures = new LabelledCounters(
                registry, "fanfara.auth.failures", "Credentials not believed", "reason", authFailureReasons);
        recoveries = new LabelledCounters(
                registry,
                "fanfara.recoveries",
                "Members that came back and said where they were",
                "result",
                RECOVERIES);
        HOOKS.forEach(this::hookMeters);
        hookEventsDropped = counter("fanfara.hook.events.dropped", "Events that no backend was told of");
        routes = new RouteMeters(registry);
        registry.getPrometheusRegistry().register(latency);
        connectionGauges();
        gauge("fanfara.rooms", "Rooms with members on this node", rooms::sum);
        gauge("fanfara.members", "Memberships on this node", members::sum);
        gauge(
                "fanfara.outbound.bytes",
                "Bytes in memory that wait for clients which are 64 KiB behind (on a crowded node: 8 KiB)",
                () -> sum(outboundBytes));
        gauge(
                "fanfara.peer.unacknowledged.bytes",
                "Bytes forwarded to other nodes and not acknowledged by them",
                () -> sum(unacknowledgedBytes));
        gauge(
                "fanfara.event.loop.lag.seconds",
                "How late the latest of all event loops runs",
                () -> worstLag().toNanos() / 1e9);
        gauge("fanfara.cluster.members", "Nodes this one sees, itself included", () -> clusterMembers.getAsInt());
        gauge(
                "fanfara.config.last.reload.successful",
                "1, or 0 if the last one was refused",
                lastReloadSuccessful::get);
    }

    private void hookMeters(String hook) {
        for (String result : HOOK_RESULTS) {
            LongAdder requests = new LongAdder();
            hookRequests.put(hook + result, requests);
            FunctionCounter.builder("fanfara.hook.requests", requests, LongAdder::sum)
                    .description("What a backend was asked or told, and its answers")
                    .tags("hook", hook, "result", result)
                    .register(registry);
        }
        hookTimes.put(
                hook,
                Timer.builder("fanfara.hook")
                        .description("How long a backend took")
                        .tag("hook", hook)
                        .register(registry));
    }

    private interface Reading {
        double now();
    }

    private void gauge(String name, String help, Reading reading) {
        Gauge.builder(name, reading, Reading::now)
                .description(help)
                .strongReference(true)
                .register(registry);
    }

    private LongAdder counter(String name, String help) {
        LongAdder counter = new LongAdder();
        FunctionCounter.builder(name, counter, LongAdder::sum).description(help).register(registry);
        return counter;
    }

    private void connectionGauges() {
        connections.put("route", new LongAdder());
        TRANSPORTS.forEach(transport -> connections.put(transport, new LongAdder()));
        connections.put(LabelledCounters.OTHER, otherConnections);
        connections.forEach((transport, open) -> Gauge.builder("fanfara.connections", open, LongAdder::sum)
                .description("Open connections")
                .tag("transport", transport)
                .register(registry));
        // Dashboards know this name from before there was a second transport.
        gauge(
                "websocket.connections",
                "Open WebSockets",
                () -> WEBSOCKETS.stream()
                                .mapToLong(transport -> open(transport).sum())
                                .sum()
                        + engineSockets.sum());
    }

    private LongAdder open(String transport) {
        return connections.getOrDefault(transport, otherConnections);
    }

    private static long sum(Map<Integer, Long> byLoop) {
        return byLoop.values().stream().mapToLong(Long::longValue).sum();
    }

    private Duration worstLag() {
        return loopLag.values().stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** Of this moment. */
    public Readings readings() {
        Map<String, Long> open = new TreeMap<>();
        connections.forEach((transport, count) -> open.put(transport, count.sum()));
        return new Readings(
                open,
                rooms.sum(),
                members.sum(),
                received.sum(),
                sent.sum(),
                published.sum(),
                sum(outboundBytes),
                latency.counts(),
                worstLag().toNanos());
    }

    /** Once. */
    public void memory(BooleanSupplier low, LongSupplier intakeBytes) {
        gauge("fanfara.memory.low", "1 while new work is refused for lack of memory", () -> low.getAsBoolean() ? 1 : 0);
        gauge("fanfara.intake.bytes", "Bytes of publications on their way through this node", intakeBytes::getAsLong);
    }

    /** Until the cluster is there, a node sees itself. */
    public void clusterMembers(IntSupplier members) {
        clusterMembers = members;
    }

    /** Both labels are from closed lists. */
    @Override
    public void hook(String hook, String result, Duration took) {
        LongAdder requests = hookRequests.get(hook + result);
        Timer time = hookTimes.get(hook);
        if (requests != null && time != null) {
            requests.increment();
            time.record(took);
        }
    }

    @Override
    public void hookEventsDropped(int events) {
        hookEventsDropped.add(events);
    }

    @Override
    public void engineSockets(int change) {
        engineSockets.add(change);
    }

    @Override
    public void connectionOpened(String transport) {
        open(transport).increment();
    }

    @Override
    public void connectionClosed(String transport, int code) {
        open(transport).decrement();
        closed.add(Integer.toString(code), 1);
    }

    @Override
    public void received() {
        received.increment();
    }

    @Override
    public void sent(int messages) {
        sent.add(messages);
    }

    @Override
    public void published() {
        published.increment();
    }

    @Override
    public void delivered(String transport, int members, Duration sinceAccepted) {
        deliveries.add(transport, members);
        latency.record(sinceAccepted, members);
    }

    @Override
    public void delivered(String transport, int members) {
        deliveries.add(transport, members);
    }

    @Override
    public void rooms(int change) {
        rooms.add(change);
    }

    @Override
    public void members(int change) {
        members.add(change);
    }

    @Override
    public void slowConsumer() {
        slowConsumers.increment();
    }

    @Override
    public void rateLimited(String scope) {
        rateLimited.add(scope, 1);
    }

    @Override
    public void authFailed(String reason) {
        authFailures.add(reason, 1);
    }

    @Override
    public void recovery(boolean complete) {
        recoveries.add(complete ? RECOVERED : NOT_RECOVERED, 1);
    }

    @Override
    public void conflated(int frames) {
        conflated.add(frames);
    }

    @Override
    public void clusterRepaired() {
        repairs.increment();
    }

    @Override
    public void peerUnacknowledged(int loop, long bytes) {
        unacknowledgedBytes.put(loop, bytes);
    }

    @Override
    public void peerDropped() {
        peerDropped.increment();
    }

    @Override
    public void refusedForMemory() {
        refusedForMemory.increment();
    }

    @Override
    public void outboundBytes(int loop, long bytes) {
        outboundBytes.put(loop, bytes);
    }

    @Override
    public void eventLoopLag(int loop, Duration lag) {
        loopLag.put(loop, lag);
    }

    @Override
    public void routes(Map<String, Upstreams> standing) {
        routes.standing(standing);
    }

    @Override
    public void routed(String route, int status, Duration took) {
        routes.answered(route, status, took);
    }

    @Override
    public void certificate(String port, Instant expires) {
        if (certificates.put(port, expires) == null) {
            Gauge.builder("fanfara.tls.certificate.expiry.seconds", certificates, all -> secondsUntil(all.get(port)))
                    .description("Seconds until the first certificate of a port's chain expires")
                    .tag("port", port)
                    .register(registry);
        }
    }

    private static double secondsUntil(@Nullable Instant end) {
        return end == null ? Double.NaN : Duration.between(Instant.now(), end).toSeconds();
    }

    @Override
    public synchronized void configLoaded(String hash) {
        Gauge before = configInfo;
        configInfo = Gauge.builder("fanfara.config.info", () -> 1)
                .description("The configuration in force")
                .tag("hash", hash)
                .register(registry);
        if (before != null && before != configInfo) {
            registry.remove(before);
        }
        lastReloadSuccessful.set(1);
    }

    @Override
    public void configRejected() {
        reloadFailures.increment();
        lastReloadSuccessful.set(0);
    }
}
