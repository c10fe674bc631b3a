package dev.fanfara.http;

import dev.fanfara.admission.RateLimit;
import dev.fanfara.auth.Identity;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Announcement;
import dev.fanfara.bus.Announcer;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Published;
import dev.fanfara.config.RoomRule;
import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Scope;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Publishing by HTTP: to a room, to its state, or to every connection. A request goes through who it is, whether it may, whether it is
 * too much, and only then its body is read. One per event loop.
 */
final class PublishApi {
    /** What surrounds a payload in a body: names, user, key. */
    private static final int AROUND_PAYLOAD = 1024;

    /** Publications of this loop that wait for their room. More would only wait longer and cost memory meanwhile. */
    private static final int MAX_WAITING = 1024;

    /** The content types a request may have, and how its body is read. */
    private record Form(Set<String> types, Function<byte[], PublishBody> reader) {}

    private static final Form MESSAGE = new Form(JsonBody.JSON, PublishBody::message);
    private static final Form PATCH = new Form(JsonBody.MERGE_PATCH, PublishBody::patch);

    private final Vertx vertx;
    private final LiveSettings live;
    private final Nodes nodes;
    private final RateLimit quota;
    private final Intake intake;
    private final Announcer announcer;
    private final GatewayMetrics metrics;
    private final Callers callers;
    /** Event loop only. */
    private int waiting;

    PublishApi(Vertx vertx, HttpParts parts) {
        this.vertx = vertx;
        live = parts.live();
        nodes = parts.nodes();
        quota = parts.admission().publishes();
        intake = parts.memory().intake();
        metrics = parts.metrics();
        announcer = new Announcer(nodes, metrics);
        callers = new Callers(metrics);
    }

    /** {@code POST /api/rooms/{room}/messages}. */
    void toRoom(RoutingContext ctx) {
        handle(ctx, MESSAGE, (caller, settings) -> {
            RoomName room = new RoomName(ctx.pathParam("room"));
            RoomRule rule = settings.config().ruleFor(room);
            require(caller.mayPublishByApi(room, rule));
            spend(caller);
            return body -> publish(room, rule, body);
        });
    }

    /** {@code PATCH /api/rooms/{room}/state}. */
    void toState(RoutingContext ctx) {
        handle(ctx, PATCH, (caller, settings) -> {
            RoomName room = new RoomName(ctx.pathParam("room"));
            RoomRule rule = settings.config().ruleFor(room);
            require(caller.mayPublishByApi(room, rule));
            if (!rule.keepsState()) {
                throw RoomApi.keepsNoState();
            }
            spend(caller);
            return body -> publish(room, rule, body);
        });
    }

    /** {@code POST /api/broadcast}. */
    void toEveryone(RoutingContext ctx) {
        handle(ctx, MESSAGE, (caller, settings) -> {
            require(caller.has(Scope.BROADCAST));
            spend(caller);
            return body -> announce(caller, body);
        });
    }

    /** Decides by the caller; what it returns, or a {@link Problem}, is done with the body. */
    private interface Decision {
        Function<PublishBody, Future<JsonObject>> decide(Identity caller, Settings settings);
    }

    private void handle(RoutingContext ctx, Form form, Decision decision) {
        HttpServerRequest request = ctx.request();
        // Nothing of the body is taken in before it is known whose it is; asking for a key set may take a while.
        request.pause();
        Settings settings = live.current();
        int limit = settings.config().connections().maxMessageSize();
        callers.identify(request, settings)
                .map(caller -> decision.decide(caller, settings))
                .compose(action -> JsonBody.read(
                        request,
                        form.types(),
                        limit + AROUND_PAYLOAD,
                        intake,
                        metrics,
                        bytes -> action.apply(form.reader()
                                .apply(bytes)
                                .within(limit)
                                .withKey(request.getHeader("Idempotency-Key")))))
                .onSuccess(ctx::json)
                .onFailure(ctx::fail);
    }

    private static void require(boolean allowed) {
        if (!allowed) {
            throw Problem.forbidden("These credentials do not allow it");
        }
    }

    private void spend(Identity caller) {
        Optional<Duration> wait = caller.kind() == Identity.Kind.ANONYMOUS
                // Counted by its address, as every request without credentials.
                ? Optional.empty()
                : quota.refuses(caller.kind() + ":" + caller.user());
        if (wait.isPresent()) {
            metrics.rateLimited("publishes");
            throw Problem.rateLimited(wait.get());
        }
    }

    private Future<JsonObject> publish(RoomName room, RoomRule rule, PublishBody body) {
        if (rule.keepsState() && !body.payload().isObject()) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "data: expected an object, a merge patch (RFC 7396)");
        }
        if (waiting >= MAX_WAITING) {
            throw new Refusal(ErrorCode.UNAVAILABLE, "Too many publications are waiting");
        }
        waiting++;
        NodeRef self = nodes.self();
        PublishRequest request = new PublishRequest(room, body.user(), body.payload(), body.key(), System.nanoTime());
        return Addresses.PUBLISH
                .ask(vertx, self.id(), Addresses.loopOf(room, self.loops()), request)
                .onComplete(done -> waiting--)
                .map(PublishApi::published);
    }

    private static JsonObject published(Published published) {
        JsonObject answer = new JsonObject();
        Position position = published.position();
        if (position != null) {
            answer.put("epoch", position.epoch()).put("offset", position.offset());
        }
        return published.duplicate() ? answer.put("duplicate", true) : answer;
    }

    /** A token vouches for its user; an API key speaks for no one. */
    private Future<JsonObject> announce(Identity caller, PublishBody body) {
        String user = caller.kind() == Identity.Kind.TOKEN ? caller.user() : null;
        Announcement announcement = new Announcement(null, user, null, body.payload(), System.currentTimeMillis());
        return announcer.announce(vertx, announcement).map(PublishApi::delivered);
    }

    private static JsonObject delivered(Gathered<Integer> counts) {
        long delivered = counts.answers().stream().mapToLong(Integer::longValue).sum();
        return new JsonObject()
                .put("delivered", delivered)
                .put("complete", counts.complete())
                .put("missing", new JsonArray(counts.missing().stream().sorted().toList()));
    }
}
