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
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.trace.RequestTrace;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishing by HTTP: to a room, to its state, to many rooms, to a user or to every connection. A request goes through who
 * it is, whether it may, whether it is too much, and only then its body is read. One per event loop.
 */
final class PublishApi {
    /** What surrounds a payload in a body: names, user, key. */
    private static final int AROUND_PAYLOAD = 1024;

    /** Publications of this loop that wait for their room. More would only wait longer and cost memory meanwhile. */
    private static final int MAX_WAITING = 1024;

    private static final int MAX_BATCH = 1000;
    /** A batch has as many bytes as so many messages of the largest size. */
    private static final int BATCH_MESSAGES_OF_FULL_SIZE = 16;

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** The content types a request may have, and how its body is read. */
    private record Form(Set<String> types, Function<byte[], PublishBody> reader) {}

    private static final Form MESSAGE = new Form(JsonBody.JSON, PublishBody::message);
    private static final Form PATCH = new Form(JsonBody.MERGE_PATCH, PublishBody::patch);

    private final Vertx vertx;
    private final Nodes nodes;
    private final RateLimit quota;
    private final Intake intake;
    private final Announcer announcer;
    private final GatewayMetrics metrics;
    private final Hooks hooks;
    /** Event loop only. */
    private int waiting;

    PublishApi(Vertx vertx, HttpParts parts) {
        this.vertx = vertx;
        nodes = parts.nodes();
        quota = parts.admission().publishes();
        intake = parts.memory().intake();
        metrics = parts.metrics();
        hooks = parts.hooks();
        announcer = new Announcer(nodes, metrics);
    }

    /** {@code POST /api/rooms/{room}/messages}. */
    Future<Answer> toRoom(Call call) {
        RoomName room = call.room();
        RoomRule rule = call.rule(room);
        Call.require(call.caller().mayPublishByApi(room, rule));
        spend(call.caller());
        return read(call, MESSAGE, body -> approved(call, room, body).compose(said -> publish(room, rule, said)));
    }

    /** {@code PATCH /api/rooms/{room}/state}. */
    Future<Answer> toState(Call call) {
        RoomName room = call.room();
        RoomRule rule = call.rule(room);
        Call.require(call.caller().mayPublishByApi(room, rule));
        if (!rule.keepsState()) {
            throw RoomApi.keepsNoState();
        }
        spend(call.caller());
        return read(call, PATCH, body -> approved(call, room, body).compose(said -> publish(room, rule, said)));
    }

    /** {@code POST /api/broadcast}. */
    Future<Answer> toEveryone(Call call) {
        spend(call.caller());
        return read(call, MESSAGE, body -> announce(call.caller(), null, body));
    }

    /** {@code POST /api/users/{user}/messages}. */
    Future<Answer> toUser(Call call) {
        String user = call.user();
        spend(call.caller());
        return read(call, MESSAGE, body -> announce(call.caller(), user, body));
    }

    private Future<Answer> read(Call call, Form form, Function<PublishBody, Future<JsonObject>> action) {
        HttpServerRequest request = call.request();
        int limit = call.settings().config().connections().maxMessageSize();
        return JsonBody.read(
                        request,
                        form.types(),
                        limit + AROUND_PAYLOAD,
                        intake,
                        metrics,
                        bytes -> action.apply(
                                form.reader().apply(bytes).within(limit).withKey(request.getHeader(IDEMPOTENCY_KEY))))
                .map(Answer::of);
    }

    /**
     * {@code POST /api/messages}: each by itself, in order. The first counts before the body is read, so that who is over
     * the limit with all of them is told when to come back.
     */
    Future<Answer> batch(Call call) {
        if (call.request().getHeader(IDEMPOTENCY_KEY) != null) {
            throw Problem.badRequest("Idempotency-Key: expected none, each message of a batch has a key of its own");
        }
        spend(call.caller());
        int limit = call.settings().config().connections().maxMessageSize();
        return JsonBody.read(
                        call.request(), JsonBody.JSON, limit * BATCH_MESSAGES_OF_FULL_SIZE, intake, metrics, bytes -> {
                            List<byte[]> messages = PublishBody.batch(bytes, MAX_BATCH);
                            requirePlaces(messages.size());
                            List<Future<PublishBody>> approved = new ArrayList<>(messages.size());
                            for (byte[] message : messages) {
                                boolean first = approved.isEmpty();
                                approved.add(oneOf(call, message, limit, first));
                            }
                            // Whatever the backend says first, they are published in their order.
                            return Future.join(approved).transform(asked -> publishAll(call, approved));
                        })
                .map(Answer::of);
    }

    private Future<JsonArray> publishAll(Call call, List<Future<PublishBody>> approved) {
        List<Future<JsonObject>> results = new ArrayList<>(approved.size());
        for (Future<PublishBody> one : approved) {
            results.add(one.compose(body -> {
                        RoomName room = new RoomName(body.room());
                        return publish(room, call.rule(room), body);
                    })
                    .otherwise(PublishApi::error));
        }
        return Future.join(results).map(all -> new JsonArray(all.list()));
    }

    /** What the backend lets through of it, where it is asked. */
    private Future<PublishBody> approved(Call call, RoomName room, PublishBody body) {
        if (!hooks.asksToPublish(room)) {
            return Future.succeededFuture(body);
        }
        String user = body.user() == null ? call.caller().user() : body.user();
        String trace = call.request().getHeader(RequestTrace.TRACE_PARENT);
        return hooks.publish(new Hooks.Asker(user, "api", null, null), room, body.key(), body.payload(), trace)
                .map(body::saying);
    }

    private Future<PublishBody> oneOf(Call call, byte[] message, int limit, boolean counted) {
        try {
            PublishBody body = PublishBody.message(message).within(limit);
            RoomName room = new RoomName(body.room());
            RoomRule rule = call.rule(room);
            Call.require(call.caller().mayPublishByApi(room, rule));
            if (!counted) {
                spend(call.caller());
            }
            return approved(call, room, body);
        } catch (Refusal | Problem refused) {
            return Future.failedFuture(refused);
        }
    }

    private static JsonObject error(Throwable failure) {
        Problem problem = Problem.of(failure);
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject().put("code", problem.code().wireName()).put("message", problem.detail()));
    }

    private void requirePlaces(int publications) {
        if (waiting + publications > MAX_WAITING) {
            throw new Refusal(ErrorCode.UNAVAILABLE, "Too many publications are waiting");
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
        requirePlaces(1);
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
    private Future<JsonObject> announce(Identity caller, @Nullable String to, PublishBody body) {
        String user = caller.kind() == Identity.Kind.TOKEN ? caller.user() : null;
        Announcement announcement = new Announcement(to, user, null, body.payload(), System.currentTimeMillis());
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
