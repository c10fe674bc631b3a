package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.ListRooms;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PageRequest;
import dev.fanfara.bus.Part;
import dev.fanfara.bus.RoomLine;
import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.transport.Gatekeeper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rooms say: how much, and live. */
final class ActivityApi {
    /** A stream ends then, and whoever still has the admin token comes again. */
    private static final Duration WATCH = Duration.ofMinutes(30);

    private static final int LAST_MESSAGES = 20;

    private final Vertx vertx;
    private final Nodes nodes;
    private final Operations.Watching watching;

    ActivityApi(Vertx vertx, Nodes nodes, Operations.Watching watching) {
        this.vertx = vertx;
        this.nodes = nodes;
        this.watching = watching;
    }

    /**
     * {@code GET /admin/api/activity?prefix=&order=&limit=&cursor=}: rooms by name, page by page, or the busiest or largest
     * ones. A room is ranked by what one node knows of it: all that it says, and its share of the members.
     */
    Future<Answer> rooms(Call call) {
        Arguments arguments = call.arguments();
        String prefix = arguments.text("prefix");
        ListRooms.Order order = order(arguments.text("order"));
        boolean byName = order == ListRooms.Order.NAME;
        PageRequest page = byName ? Pages.request(arguments) : new PageRequest(null, arguments.limit());
        ListRooms question = new ListRooms(page, null, prefix == null ? "" : prefix, order);
        return Addresses.askAll(vertx, nodes, Addresses.LIST_ROOMS, question).map(parts -> {
            Pages.Page<RoomLine> rooms = byName
                    ? Pages.merge(parts.answers(), page.limit(), RoomLine::plus)
                    : first(parts, page.limit(), order);
            JsonWriter json = new JsonWriter(8192).beginObject().beginArray("rooms");
            rooms.items()
                    .forEach(room -> ListApi.write(json.beginObject(), room, call.rule(room.room()))
                            .member("perMinute", Math.round(room.perSecond() * 60))
                            .endObject());
            json.endArray();
            if (byName) {
                rooms.writeNext(json);
            }
            return ListApi.answer(json.member("more", rooms.last() != null), parts);
        });
    }

    private static ListRooms.Order order(@Nullable String name) {
        try {
            return name == null ? ListRooms.Order.NAME : ListRooms.Order.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw Problem.badRequest("order: expected name, busiest or largest");
        }
    }

    private static Pages.Page<RoomLine> first(Gathered<Part<RoomLine>> parts, int limit, ListRooms.Order order) {
        Map<String, RoomLine> rooms = new HashMap<>();
        boolean more = false;
        for (Part<RoomLine> part : parts.answers()) {
            part.items().forEach(room -> rooms.merge(room.key(), room, RoomLine::plus));
            more |= part.end() != null;
        }
        Comparator<RoomLine> most = order == ListRooms.Order.BUSIEST
                ? Comparator.comparingDouble(RoomLine::perSecond)
                : Comparator.comparingInt(RoomLine::members);
        List<RoomLine> ranked = rooms.values().stream()
                .sorted(most.reversed().thenComparing(RoomLine::key))
                .toList();
        List<RoomLine> shown = ranked.subList(0, Math.min(limit, ranked.size()));
        more |= ranked.size() > shown.size();
        return new Pages.Page<>(shown, more ? shown.get(shown.size() - 1).key() : null);
    }

    /**
     * {@code GET /admin/api/rooms/{room}/live}: what the room says from now on as Server-Sent Events, in the words members
     * hear, after its last messages or its state.
     */
    void watch(Call call) {
        if (Gatekeeper.hasBody(call.request())) {
            throw Problem.badRequest("A stream is asked for without a body");
        }
        Identity watcher = call.caller().until(Instant.now().plus(WATCH));
        boolean keeps = call.rule(call.room()).keepsHistory();
        watching.watch(call.request(), watcher, call.room(), keeps ? LAST_MESSAGES : null);
    }
}
