package dev.fanfara.http;

import dev.fanfara.auth.RoomAction;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.ConnectionLine;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.HistoryAnswer;
import dev.fanfara.bus.HistoryRequest;
import dev.fanfara.bus.ListConnections;
import dev.fanfara.bus.ListMembers;
import dev.fanfara.bus.ListRooms;
import dev.fanfara.bus.Members;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PageRequest;
import dev.fanfara.bus.RoomLine;
import dev.fanfara.bus.UserLine;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Timestamps;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Locale;

/** What is where in the whole cluster: rooms, their members, connections. One per event loop. */
final class ListApi {
    private final Vertx vertx;
    private final Nodes nodes;

    ListApi(Vertx vertx, Nodes nodes) {
        this.vertx = vertx;
        this.nodes = nodes;
    }

    /** {@code GET /api/rooms}. */
    Future<Answer> rooms(Call call) {
        PageRequest page = Pages.request(call.arguments());
        ListRooms question = ListRooms.byName(page, call.isAdmin() ? null : call.caller());
        return Addresses.askAll(vertx, nodes, Addresses.LIST_ROOMS, question).map(parts -> {
            Pages.Page<RoomLine> rooms = Pages.merge(parts.answers(), page.limit(), RoomLine::plus);
            JsonWriter json = new JsonWriter(8192).beginObject().beginArray("rooms");
            rooms.items()
                    .forEach(room -> write(json.beginObject(), room, call.rule(room.room()))
                            .endObject());
            rooms.writeNext(json.endArray());
            return answer(json, parts);
        });
    }

    /** {@code GET /api/rooms/{room}}. */
    Future<Answer> room(Call call) {
        RoomName room = call.room();
        RoomRule rule = call.rule(room);
        call.require(RoomAction.JOIN, room);
        return Addresses.askRoom(vertx, nodes, room, Addresses.ROOM_LINE, room).compose(lines -> {
            RoomLine known = lines.answers().stream().reduce(new RoomLine(room, 0, 0, null), RoomLine::plus);
            return whole(known, rule).map(line -> answer(write(new JsonWriter(512).beginObject(), line, rule), lines));
        });
    }

    /** Where nobody is in it, only its memory knows how far it has come. */
    private Future<RoomLine> whole(RoomLine known, RoomRule rule) {
        if (!rule.keepsHistory() || known.position() != null) {
            return Future.succeededFuture(known);
        }
        NodeRef self = nodes.self();
        Future<HistoryAnswer> memory = Addresses.HISTORY.ask(
                vertx,
                self.id(),
                Addresses.loopOf(known.room(), self.loops()),
                new HistoryRequest(known.room(), null, 1));
        return memory.map(
                history -> new RoomLine(known.room(), known.members(), known.perSecond(), history.position()));
    }

    static JsonWriter write(JsonWriter json, RoomLine line, RoomRule rule) {
        return json.member("room", line.room().value())
                .member("mode", rule.mode().name().toLowerCase(Locale.ROOT))
                .member("members", line.members())
                .position(rule.keepsHistory() ? line.position() : null);
    }

    /** {@code GET /api/rooms/{room}/members}. */
    Future<Answer> members(Call call) {
        RoomName room = call.room();
        call.require(RoomAction.PRESENCE, room);
        PresenceMode presence = call.rule(room).presence();
        if (presence == PresenceMode.NONE) {
            throw Problem.notFound("This room has no presence");
        }
        PageRequest page = Pages.request(call.arguments());
        return Addresses.askRoom(vertx, nodes, room, Addresses.LIST_MEMBERS, new ListMembers(room, page))
                .map(parts -> {
                    int count =
                            parts.answers().stream().mapToInt(Members::count).sum();
                    JsonWriter json = new JsonWriter(4096).beginObject().member("count", count);
                    if (presence == PresenceMode.FULL) {
                        var all = parts.answers().stream().map(Members::users).toList();
                        Pages.Page<UserLine> users = Pages.merge(all, page.limit(), UserLine::plus);
                        json.beginArray("members");
                        users.items()
                                .forEach(user -> json.beginObject()
                                        .member("user", user.user())
                                        .member("connections", user.connections())
                                        .endObject());
                        users.writeNext(json.endArray());
                    }
                    return answer(json, parts);
                });
    }

    /** {@code GET /api/connections}. */
    Future<Answer> connections(Call call) {
        PageRequest page = Pages.request(call.arguments());
        String room = call.arguments().text("room");
        ListConnections question =
                new ListConnections(page, call.arguments().text("user"), room == null ? null : new RoomName(room));
        return Addresses.askAll(vertx, nodes, Addresses.LIST_CONNECTIONS, question)
                .map(parts -> {
                    Pages.Page<ConnectionLine> connections =
                            Pages.merge(parts.answers(), page.limit(), (one, same) -> one);
                    JsonWriter json = new JsonWriter(8192).beginObject().beginArray("connections");
                    connections
                            .items()
                            .forEach(connection -> json.beginObject()
                                    .member("id", connection.id().value())
                                    .member("user", connection.user())
                                    .member("node", connection.node())
                                    .member("transport", connection.transport())
                                    .texts(
                                            "rooms",
                                            connection.rooms().stream()
                                                    .map(RoomName::value)
                                                    .toList())
                                    .member("since", Timestamps.iso(connection.since()))
                                    .endObject());
                    connections.writeNext(json.endArray());
                    return answer(json, parts);
                });
    }

    static Answer answer(JsonWriter json, Gathered<?> gathered) {
        Pages.writeCompleteness(json, gathered.missing());
        return Answer.of(json.endObject().toBytes());
    }
}
