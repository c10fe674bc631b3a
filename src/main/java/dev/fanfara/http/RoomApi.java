package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.RoomAction;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Endpoint;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.StateAnswer;
import dev.fanfara.bus.StateRequest;
import dev.fanfara.config.RoomRule;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Scope;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reading by HTTP what a room remembers: its last messages, its state. One per event loop. */
final class RoomApi {
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,15}");
    private static final int LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final Vertx vertx;
    private final LiveSettings live;
    private final Nodes nodes;
    private final Callers callers;

    RoomApi(Vertx vertx, LiveSettings live, Nodes nodes, GatewayMetrics metrics) {
        this.vertx = vertx;
        this.live = live;
        this.nodes = nodes;
        callers = new Callers(metrics);
    }

    static Problem keepsNoState() {
        return Problem.notFound("This room keeps no state");
    }

    /**
     * {@code GET /api/rooms/{room}/messages?since=&epoch=&limit=}: the oldest {@code limit} after {@code since}, or
     * without it the newest.
     */
    void messages(RoutingContext ctx) {
        answer(ctx, (caller, room, rule) -> {
            require(caller, RoomAction.HISTORY, room, rule);
            if (!rule.keepsHistory()) {
                throw Problem.notFound("This room keeps no history");
            }
            HistoryRequest question = new HistoryRequest(room, since(ctx), limit(ctx));
            return ask(Addresses.HISTORY, room, question).map(RoomApi::json);
        });
    }

    /** {@code GET /api/rooms/{room}/state}. */
    void state(RoutingContext ctx) {
        answer(ctx, (caller, room, rule) -> {
            require(caller, RoomAction.JOIN, room, rule);
            if (!rule.keepsState()) {
                throw keepsNoState();
            }
            return ask(Addresses.STATE, room, new StateRequest(room)).map(RoomApi::json);
        });
    }

    private interface Reading {
        /** The JSON of the answer. */
        Future<byte[]> read(Identity caller, RoomName room, RoomRule rule);
    }

    private void answer(RoutingContext ctx, Reading reading) {
        Settings settings = live.current();
        callers.identify(ctx.request(), settings)
                .compose(caller -> {
                    RoomName room = new RoomName(ctx.pathParam("room"));
                    return reading.read(caller, room, settings.config().ruleFor(room));
                })
                .onSuccess(json -> ctx.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .end(Buffer.buffer(json)))
                .onFailure(ctx::fail);
    }

    private static void require(Identity caller, RoomAction action, RoomName room, RoomRule rule) {
        if (!caller.has(Scope.ADMIN) && !caller.may(action, room, rule)) {
            throw Problem.forbidden("These credentials do not allow it");
        }
    }

    private <Q, A> Future<A> ask(Endpoint<Q, A> endpoint, RoomName room, Q question) {
        NodeRef self = nodes.self();
        return endpoint.ask(vertx, self.id(), Addresses.loopOf(room, self.loops()), question);
    }

    private static @Nullable Position since(RoutingContext ctx) {
        String since = parameter(ctx, "since");
        String epoch = parameter(ctx, "epoch");
        if (since == null && epoch == null) {
            return null;
        }
        if (since == null || epoch == null) {
            throw Problem.badRequest("since, epoch: expected both of them, or neither");
        }
        if (!NUMBER.matcher(since).matches()) {
            throw Problem.badRequest("since: expected a whole number from 0");
        }
        if (epoch.isEmpty() || epoch.length() > Position.MAX_EPOCH_LENGTH) {
            throw Problem.badRequest("epoch: expected 1 to " + Position.MAX_EPOCH_LENGTH + " characters");
        }
        return new Position(epoch, Long.parseLong(since));
    }

    private static int limit(RoutingContext ctx) {
        String written = parameter(ctx, "limit");
        if (written == null) {
            return LIMIT;
        }
        long limit = NUMBER.matcher(written).matches() ? Long.parseLong(written) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problem.badRequest("limit: expected a whole number from 1 to " + MAX_LIMIT);
        }
        return (int) limit;
    }

    private static @Nullable String parameter(RoutingContext ctx, String name) {
        List<String> values = ctx.queryParam(name);
        if (values.size() > 1) {
            throw Problem.badRequest(name + ": expected once, got " + values.size() + " of them");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /**
     * One node answers for the room, so nothing can be missing; {@code next} is the {@code since} to go on with, where
     * the limit cut something off.
     */
    private static byte[] json(HistoryAnswer history) {
        JsonWriter json = new JsonWriter(1024)
                .beginObject()
                .position(history.position())
                .messages("messages", history.messages());
        long last = lastOffset(history.messages());
        if (last > 0 && last < history.position().offset()) {
            json.member("next", last);
        }
        return json.member("complete", true)
                .beginArray("missing")
                .endArray()
                .endObject()
                .toBytes();
    }

    private static long lastOffset(List<ServerMessage> messages) {
        ServerMessage last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
        if (last instanceof ServerMessage.Message message) {
            return message.offset();
        }
        return last instanceof ServerMessage.Patch patch ? patch.offset() : 0;
    }

    private static byte[] json(StateAnswer answer) {
        return new JsonWriter(answer.state().length + 128)
                .beginObject()
                .position(answer.position())
                .raw("state", answer.state())
                .endObject()
                .toBytes();
    }
}
