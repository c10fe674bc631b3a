package dev.fanfara.broadcast;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.RoomAction;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.ListMembers;
import dev.fanfara.bus.ListRooms;
import dev.fanfara.bus.Listing;
import dev.fanfara.bus.Members;
import dev.fanfara.bus.Part;
import dev.fanfara.bus.RoomLine;
import dev.fanfara.bus.UserLine;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Member;
import dev.fanfara.settings.LiveSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which rooms this loop has and who is in them, to whoever looks at the whole cluster: of this node's members only,
 * since every node is asked. Touched only by the room service's event loop.
 */
final class RoomLists {
    private static final Listing.How<Member, Integer, UserLine> USERS = new Listing.How<>(
            member -> true, Member::user, (before, member) -> before == null ? 1 : before + 1, UserLine::new);

    private final BroadcastVerticle service;
    private final Context context;
    private final LiveSettings settings;

    RoomLists(BroadcastVerticle service, Context context, LiveSettings settings) {
        this.service = service;
        this.context = context;
        this.settings = settings;
    }

    Future<?> start(String node, int loop) {
        return Future.all(
                Addresses.LIST_ROOMS.serve(context.owner(), node, loop, this::rooms),
                Addresses.ROOM_LINE.serve(context.owner(), node, loop, room -> Future.succeededFuture(room(room))),
                Addresses.LIST_MEMBERS.serve(context.owner(), node, loop, this::members));
    }

    private Future<Part<RoomLine>> rooms(ListRooms question) {
        Collection<HostedRoom> all = service.hostedRooms();
        return Listing.of(
                context,
                all,
                new Listing.How<HostedRoom, HostedRoom, RoomLine>(
                        hosted -> hosted.room.seenHere() > 0
                                && hosted.name.value().startsWith(question.prefix())
                                && mayBeSeen(question.viewer(), hosted.name),
                        hosted -> rank(question.order(), hosted) + hosted.name.value(),
                        (before, hosted) -> hosted,
                        (name, hosted) -> line(hosted)),
                question.page());
    }

    /** What sorts before all that is less. */
    private static String rank(ListRooms.Order order, HostedRoom hosted) {
        long rank = switch (order) {
            case NAME -> 0;
            case BUSIEST -> Math.round(hosted.activity.perSecond(System.nanoTime()) * 1000);
            case LARGEST -> hosted.room.seenHere();
        };
        return order == ListRooms.Order.NAME ? "" : Long.toHexString(Long.MAX_VALUE - rank);
    }

    private boolean mayBeSeen(@Nullable Identity viewer, RoomName room) {
        return viewer == null
                || viewer.may(RoomAction.JOIN, room, settings.current().config().ruleFor(room));
    }

    private RoomLine room(RoomName name) {
        HostedRoom hosted = service.hosted(name);
        return hosted == null ? new RoomLine(name, 0, 0, null) : line(hosted);
    }

    private static RoomLine line(HostedRoom hosted) {
        Tail tail = hosted.tail;
        Position position = tail == null || tail.replica == null ? null : tail.replica.position();
        return new RoomLine(
                hosted.name, hosted.room.seenHere(), hosted.activity.perSecond(System.nanoTime()), position);
    }

    private Future<Members> members(ListMembers question) {
        HostedRoom hosted = service.hosted(question.room());
        if (hosted == null) {
            return Future.succeededFuture(new Members(0, new Part<>(List.of(), null)));
        }
        int count = hosted.room.seenHere();
        return Listing.of(context, hosted.room.membersSeenHere(), USERS, question.page())
                .map(users -> new Members(count, users));
    }
}
