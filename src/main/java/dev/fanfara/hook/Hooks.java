package dev.fanfara.hook;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.HookConfig;
import dev.fanfara.config.HooksConfig;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Timestamps;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.trace.RequestTrace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the backend before somebody is let in, joins a room or publishes in one; what it is asked by is the configuration in
 * force. Whoever asks goes on when it is answered, on its own event loop, and keeps what comes meanwhile waiting. Any
 * thread.
 */
public final class Hooks {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);

    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final Backend backend;
    private final LiveSettings live;
    private final GatewayMetrics metrics;
    private final Breaker connects = new Breaker();
    private final Breaker joins = new Breaker();
    private final Breaker publishes = new Breaker();
    private final HookEvents events;

    /** Who asks. {@code connection} is null of one that is none, or none yet. */
    public record Asker(
            String user,
            String transport,
            @Nullable ConnectionId connection,
            @Nullable String address) {}

    public Hooks(Vertx vertx, LiveSettings live, GatewayMetrics metrics, String node) {
        this.backend = new Backend(vertx);
        this.live = live;
        this.metrics = metrics;
        this.events = new HookEvents(vertx, backend, () -> config().hooks(), metrics, node);
    }

    public HookEvents events() {
        return events;
    }

    /**
     * Whether somebody may enter, and as whom. Fails with {@link TokenRejected}, or {@link Refusal} {@code unavailable}
     * where that cannot be found out.
     *
     * @param trace the {@code traceparent} of the request it comes with
     */
    public Future<Identity> connect(Identity who, String transport, String address, @Nullable String trace) {
        HookConfig hook = config().hooks().connect();
        if (hook == null) {
            return Future.succeededFuture(who);
        }
        boolean anonymous = who.kind() == Identity.Kind.ANONYMOUS;
        JsonWriter data = begin("connect", new Asker(who.user(), transport, null, address))
                .member("anonymous", anonymous);
        return ask("connect", hook, connects, data, trace).compose(reply -> {
            if (!reply.allow()) {
                metrics.authFailed(TokenRejected.Reason.DENIED.label());
                return Future.failedFuture(new TokenRejected(TokenRejected.Reason.DENIED));
            }
            // A token vouches for its user; nobody else does.
            boolean named = anonymous && reply.user() != null;
            return Future.succeededFuture(named ? who.vouchedFor(String.valueOf(reply.user())) : who);
        });
    }

    /** Whether {@link #join} would wait for the backend. */
    public boolean asksToJoin(RoomName room) {
        HookConfig hook = config().hooks().join();
        return hook != null && hook.isAbout(room);
    }

    /** Fails with {@link Refusal}. */
    public Future<Void> join(Asker who, RoomName room) {
        HookConfig hook = config().hooks().join();
        if (hook == null || !hook.isAbout(room)) {
            return Future.succeededFuture();
        }
        return ask("join", hook, joins, begin("join", who).member("room", room.value()), null)
                .compose(Hooks::allowed)
                .mapEmpty();
    }

    /** Whether {@link #publish} would wait for the backend. */
    public boolean asksToPublish(RoomName room) {
        HookConfig hook = config().hooks().publish();
        return hook != null && hook.isAbout(room);
    }

    /**
     * What is to be published. Fails with {@link Refusal}.
     *
     * @param trace the {@code traceparent} of the request it comes with
     */
    public Future<Payload> publish(
            Asker who, RoomName room, @Nullable String key, Payload payload, @Nullable String trace) {
        HookConfig hook = config().hooks().publish();
        if (hook == null || !hook.isAbout(room)) {
            return Future.succeededFuture(payload);
        }
        JsonWriter data = begin("publish", who)
                .member("room", room.value())
                .memberIfPresent("key", key)
                .payload(payload);
        boolean keepsState = config().ruleFor(room).keepsState();
        return ask("publish", hook, publishes, data, trace)
                .compose(Hooks::allowed)
                .compose(reply -> {
                    Payload instead = reply.payload();
                    if (instead == null) {
                        return Future.succeededFuture(payload);
                    }
                    boolean fits =
                            instead.json().length <= config().connections().maxMessageSize()
                                    && (!keepsState || instead.isObject())
                                    && payload.kind() != Payload.Kind.EVENT;
                    if (!fits) {
                        LOG.warn("the publish hook answered something that cannot be published in {}", room);
                    }
                    return fits ? Future.succeededFuture(instead) : Future.failedFuture(unavailable());
                });
    }

    private static Future<Reply> allowed(Reply reply) {
        return reply.allow()
                ? Future.succeededFuture(reply)
                : Future.failedFuture(new Refusal(ErrorCode.FORBIDDEN, "The backend does not allow it"));
    }

    private static JsonWriter begin(String type, Asker who) {
        JsonWriter json = new JsonWriter(512)
                .beginObject()
                .member("type", type)
                .member("timestamp", Timestamps.iso(System.currentTimeMillis()))
                .beginObject("data")
                .member("user", who.user())
                .member("transport", who.transport())
                .memberIfPresent("address", who.address());
        return who.connection() == null
                ? json
                : json.member("connection", who.connection().value());
    }

    private Future<Reply> ask(String name, HookConfig hook, Breaker breaker, JsonWriter data, @Nullable String trace) {
        HooksConfig hooks = config().hooks();
        byte[] secret = hooks.key();
        long began = System.nanoTime();
        if (secret == null || !breaker.lets(began)) {
            metrics.hook(name, "skipped", Duration.ZERO);
            return unanswered(hook);
        }
        byte[] body = data.endObject().endObject().toBytes();
        Backend.Message message =
                new Backend.Message(hook.url(), secret, messageId(), body, RequestTrace.parent(trace));
        return backend.post(message, hooks.timeout())
                .map(answer -> read(answer.getBytes()))
                .transform(asked -> {
                    long now = System.nanoTime();
                    Duration took = Duration.ofNanos(now - began);
                    if (asked.succeeded()) {
                        breaker.succeeded();
                        metrics.hook(name, asked.result().allow() ? "allowed" : "denied", took);
                        return Future.succeededFuture(asked.result());
                    }
                    breaker.failed(now);
                    metrics.hook(name, "failed", took);
                    LOG.debug("hook {} failed", name, asked.cause());
                    return unanswered(hook);
                });
    }

    private static Reply read(byte[] answer) {
        try {
            return Reply.read(answer);
        } catch (IOException malformed) {
            throw new IllegalArgumentException("not a reply");
        }
    }

    private static Future<Reply> unanswered(HookConfig hook) {
        return hook.allowOnFailure()
                ? Future.succeededFuture(new Reply(true, null, null))
                : Future.failedFuture(unavailable());
    }

    private static Refusal unavailable() {
        return new Refusal(ErrorCode.UNAVAILABLE, "The backend does not answer", COME_BACK);
    }

    static String messageId() {
        return "msg_" + ConnectionId.random().value();
    }

    private GatewayConfig config() {
        return live.current().config();
    }
}
