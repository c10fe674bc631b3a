package dev.fanfara.http;

import dev.fanfara.auth.RoomAction;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Endpoint;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.StateAnswer;
import dev.fanfara.bus.StateRequest;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reading by HTTP what a room remembers: its last messages, its state. One per event loop. */
final class RoomApi {
    private final Vertx vertx;
    private final Nodes nodes;

    RoomApi(Vertx vertx, Nodes nodes) {
        this.vertx = vertx;
        this.nodes = nodes;
    }

    static Problem keepsNoState() {
        return Problem.notFound("This room keeps no state");
    }

    /**
     * {@code GET /api/rooms/{room}/messages?since=&epoch=&limit=}: the oldest {@code limit} after {@code since}, or
     * without it the newest.
     */
    Future<Answer> messages(Call call) {
        RoomName room = call.room();
        call.require(RoomAction.HISTORY, room);
        if (!call.rule(room).keepsHistory()) {
            throw Problem.notFound("This room keeps no history");
        }
        HistoryRequest question = new HistoryRequest(
                room, since(call.arguments()), call.arguments().limit());
        return ask(Addresses.HISTORY, room, question).map(RoomApi::json).map(Answer::of);
    }

    /** {@code GET /api/rooms/{room}/state}. */
    Future<Answer> state(Call call) {
        RoomName room = call.room();
        call.require(RoomAction.JOIN, room);
        if (!call.rule(room).keepsState()) {
            throw keepsNoState();
        }
        return ask(Addresses.STATE, room, new StateRequest(room))
                .map(RoomApi::json)
                .map(Answer::of);
    }

    private <Q, A> Future<A> ask(Endpoint<Q, A> endpoint, RoomName room, Q question) {
        NodeRef self = nodes.self();
        return endpoint.ask(vertx, self.id(), Addresses.loopOf(room, self.loops()), question);
    }

    private static @Nullable Position since(Arguments arguments) {
        Long since = arguments.number("since");
        String epoch = arguments.text("epoch");
        if (since == null && epoch == null) {
            return null;
        }
        if (since == null || epoch == null) {
            throw Problem.badRequest("since, epoch: expected both of them, or neither");
        }
        return new Position(epoch, since);
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
