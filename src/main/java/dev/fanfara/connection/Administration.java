package dev.fanfara.connection;

import dev.fanfara.auth.Revocation;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.ConnectionLine;
import dev.fanfara.bus.Disconnect;
import dev.fanfara.bus.ListConnections;
import dev.fanfara.bus.Listing;
import dev.fanfara.bus.Part;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;

/** What administrators want of a loop's connections: to see them, and to end some. Touched only by that loop. */
final class Administration {
    private final ConnectionVerticle edge;
    private final Context context;
    private final String node;

    Administration(ConnectionVerticle edge, Context context, String node) {
        this.edge = edge;
        this.context = context;
        this.node = node;
    }

    Future<?> start(int loop) {
        return Future.all(
                Addresses.LIST_CONNECTIONS.serve(context.owner(), node, loop, this::list),
                Addresses.REVOKE.serve(
                        context.owner(), node, loop, revocation -> Future.succeededFuture(revoke(revocation))),
                Addresses.DISCONNECT.serve(
                        context.owner(), node, loop, wanted -> Future.succeededFuture(disconnect(wanted))));
    }

    private Future<Part<ConnectionLine>> list(ListConnections question) {
        RoomName room = question.room();
        Collection<Connection> all = question.user() == null ? edge.connections() : edge.connectionsOf(question.user());
        return Listing.of(
                context,
                all,
                new Listing.How<Connection, Connection, ConnectionLine>(
                        connection -> room == null || connection.membership(room) != null,
                        connection -> connection.id().value(),
                        (before, connection) -> connection,
                        (id, connection) -> connection.isEnded() ? null : connection.line(node)),
                question.page());
    }

    private int disconnect(Disconnect wanted) {
        List<Connection> ending;
        if (wanted.user() != null) {
            ending = List.copyOf(edge.connectionsOf(wanted.user()));
        } else {
            Connection named = wanted.connection() == null ? null : edge.connection(wanted.connection());
            ending = named == null ? List.of() : List.of(named);
        }
        ending.forEach(connection -> connection.close(CloseReason.DISCONNECTED));
        return ending.size();
    }

    private int revoke(Revocation revocation) {
        edge.revocations().add(revocation);
        return endRevoked(
                revocation.kind() == Revocation.Kind.USER ? edge.connectionsOf(revocation.name()) : edge.connections());
    }

    /** Tokens may have been revoked while this node did not hear of it. */
    int endRevoked(Collection<Connection> among) {
        List<Connection> ending = among.stream()
                .filter(connection -> edge.revocations().refuse(connection.identity()))
                .toList();
        ending.forEach(connection -> connection.close(CloseReason.TOKEN_REVOKED));
        return ending.size();
    }
}
