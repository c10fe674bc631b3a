package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.RoomName;
import java.util.List;

/**
 * A connection, for whoever looks after them. Immutable.
 *
 * @param since when it was opened, in milliseconds since 1970
 */
public record ConnectionLine(
        ConnectionId id, String user, String node, String transport, List<RoomName> rooms, long since)
        implements Listed {
    @Override
    public String key() {
        return id.value();
    }

    @Override
    public int weight() {
        int names = 0;
        for (RoomName room : rooms) {
            names += room.value().length() + 4;
        }
        return names + user.length() + 200;
    }

    static void write(WireWriter out, ConnectionLine line) {
        out.text(line.id.value())
                .text(line.user)
                .text(line.node)
                .text(line.transport)
                .list(line.rooms, (to, room) -> to.text(room.value()))
                .number(line.since);
    }

    static ConnectionLine read(WireReader in) {
        return new ConnectionLine(
                new ConnectionId(in.text()),
                in.text(),
                in.text(),
                in.text(),
                in.list(each -> RoomName.of(each.text())),
                in.number());
    }
}
