package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.RoomAction;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Scope;
import dev.fanfara.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * One request to the API, let in: who calls, by which configuration, with which arguments. Event loop only.
 *
 * @param settings those the caller was looked up in; a request sees one configuration only
 */
record Call(RoutingContext ctx, Identity caller, Settings settings, Arguments arguments) {
    private static final int MAX_NAME_LENGTH = 255;

    HttpServerRequest request() {
        return ctx.request();
    }

    /** @throws dev.fanfara.protocol.Refusal {@code bad-request} */
    RoomName room() {
        return new RoomName(ctx.pathParam("room"));
    }

    String user() {
        String user = ctx.pathParam("user");
        if (user.isEmpty() || user.length() > MAX_NAME_LENGTH) {
            throw Problem.badRequest("user: expected 1 to " + MAX_NAME_LENGTH + " characters");
        }
        return user;
    }

    RoomRule rule(RoomName room) {
        return settings.config().ruleFor(room);
    }

    boolean isAdmin() {
        return caller.has(Scope.ADMIN);
    }

    /** What a member would need, or to be an administrator. */
    void require(RoomAction action, RoomName room) {
        require(isAdmin() || caller.may(action, room, rule(room)));
    }

    static void require(boolean allowed) {
        if (!allowed) {
            throw Problem.forbidden("These credentials do not allow it");
        }
    }
}
