package dev.fanfara.bus;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.RoomAction;
import dev.fanfara.auth.RoomGrants;
import dev.fanfara.protocol.RoomPattern;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * To the rooms of a loop: which of you have members there. Immutable.
 *
 * @param viewer only those it may join; null for all
 * @param prefix with which their names begin
 * @param order by which the page is the first; only by name there is a next one
 */
public record ListRooms(PageRequest page, @Nullable Identity viewer, String prefix, Order order) {
    /** By name, or those first that say the most or have the most members on a node. */
    public enum Order {
        NAME,
        BUSIEST,
        LARGEST
    }

    public static ListRooms byName(PageRequest page, @Nullable Identity viewer) {
        return new ListRooms(page, viewer, "", Order.NAME);
    }

    /** Of the viewer goes what decides about joining, and no name. */
    static void write(WireWriter out, ListRooms question) {
        PageRequest.write(out, question.page);
        out.text(question.prefix).octet(question.order.ordinal());
        Identity viewer = question.viewer;
        out.flag(viewer != null);
        if (viewer != null) {
            RoomGrants rooms = viewer.rooms();
            out.octet(viewer.kind().ordinal()).flag(rooms != null);
            if (rooms != null) {
                out.list(
                        rooms.patterns().getOrDefault(RoomAction.JOIN, List.of()),
                        (to, pattern) -> to.text(pattern.value()));
            }
        }
    }

    static ListRooms read(WireReader in) {
        PageRequest page = PageRequest.read(in);
        String prefix = in.text();
        Order order = Order.values()[in.octet()];
        if (!in.flag()) {
            return new ListRooms(page, null, prefix, order);
        }
        Identity.Kind kind = Identity.Kind.values()[in.octet()];
        RoomGrants rooms = in.flag()
                ? new RoomGrants(Map.of(RoomAction.JOIN, in.list(each -> new RoomPattern(each.text()))))
                : null;
        return new ListRooms(page, new Identity(kind, "viewer", null, null, null, Set.of(), rooms), prefix, order);
    }
}
