package dev.fanfara.http;

import io.vertx.core.Vertx;
import java.util.Map;

/** What answers to each {@code operationId} of the API's document, on whichever port it is asked. */
final class ApiOperations {
    private ApiOperations() {}

    /** For one event loop. */
    static Map<String, ApiRoutes.Action> of(Vertx vertx, HttpParts parts) {
        PublishApi publish = new PublishApi(vertx, parts);
        RoomApi rooms = new RoomApi(vertx, parts.nodes());
        ListApi lists = new ListApi(vertx, parts.nodes());
        AdminApi admin = new AdminApi(vertx, parts);
        return Map.ofEntries(
                Map.entry("publishMessage", publish::toRoom),
                Map.entry("patchState", publish::toState),
                Map.entry("publishBatch", publish::batch),
                Map.entry("broadcast", publish::toEveryone),
                Map.entry("messageUser", publish::toUser),
                Map.entry("listMessages", rooms::messages),
                Map.entry("getState", rooms::state),
                Map.entry("listRooms", lists::rooms),
                Map.entry("getRoom", lists::room),
                Map.entry("listMembers", lists::members),
                Map.entry("listConnections", lists::connections),
                Map.entry("disconnect", admin::disconnect),
                Map.entry("revoke", admin::revoke),
                Map.entry("disconnectUser", admin::disconnectUser),
                Map.entry("getStats", call -> parts.stats().now().map(Answer::of)));
    }
}
