package dev.fanfara.auth;

import dev.fanfara.config.Access;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.Scope;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is and what it may do. Immutable.
 *
 * @param user the {@code sub} of a token, the name of an API key
 * @param expires the {@code exp} of a token; whoever watches it adds the leeway
 * @param issued the {@code iat} of a token, by which a user's older tokens are revoked
 * @param tokenId the {@code jti} of a token, by which it alone is revoked
 * @param rooms the {@code rooms} claim; null when there is none, which grants nothing to a token and every room to an
 *     API key
 */
public record Identity(
        Kind kind,
        String user,
        @Nullable Instant expires,
        @Nullable Instant issued,
        @Nullable String tokenId,
        Set<Scope> scopes,
        @Nullable RoomGrants rooms) {

    public enum Kind {
        ANONYMOUS,
        TOKEN,
        API_KEY,
        /** No token, but the backend said who it is. */
        VOUCHED_FOR,
        /** Has the admin token. */
        ADMINISTRATOR
    }

    private static final Set<Scope> ALL = Set.of(Scope.values());
    private static final Set<Scope> ANONYMOUS = Set.of(Scope.BROADCAST, Scope.PRIVATE);

    public Identity {
        scopes = Set.copyOf(scopes);
    }

    /** With {@code openScopes} (a development gateway on loopback) it may also publish by the API and administrate. */
    public static Identity anonymous(String user, boolean openScopes) {
        return new Identity(Kind.ANONYMOUS, user, null, null, null, openScopes ? ALL : ANONYMOUS, null);
    }

    /** The same, as the user a backend says it is. */
    public Identity vouchedFor(String name) {
        return new Identity(Kind.VOUCHED_FOR, name, null, null, null, scopes, rooms);
    }

    /** Where tokens are required, it is nobody. */
    public boolean hasNoToken() {
        return kind == Kind.ANONYMOUS || kind == Kind.VOUCHED_FOR;
    }

    /** Whoever has the admin token. */
    public static Identity administrator() {
        return new Identity(Kind.ADMINISTRATOR, "console", null, null, null, ALL, null);
    }

    /** The same until then. */
    public Identity until(Instant expiry) {
        return new Identity(kind, user, expiry, issued, tokenId, scopes, rooms);
    }

    public boolean has(Scope scope) {
        return scopes.contains(scope);
    }

    /** What a connected client may do. The API's way to publish is another door: {@link #mayPublishByApi}. */
    public boolean may(RoomAction action, RoomName room, RoomRule rule) {
        if (kind == Kind.ADMINISTRATOR) {
            return action != RoomAction.PUBLISH || mayPublishByApi(room, rule);
        }
        if (kind == Kind.API_KEY) {
            return mayWithApiKey(action, room, rule);
        }
        return switch (action) {
            case JOIN -> passes(rule.join(), action, room);
            case PUBLISH -> passes(rule.publish(), action, room);
            case PRESENCE, HISTORY -> isOpen(rule.join()) || granted(action, room);
        };
    }

    /** Publishing by the HTTP API needs the scope and, where the credential names rooms, one that fits. */
    public boolean mayPublishByApi(RoomName room, RoomRule rule) {
        return rule.publish() != Access.NOBODY
                && has(Scope.PUBLISH)
                && (rooms == null || rooms.allow(RoomAction.PUBLISH, room));
    }

    private boolean passes(Access access, RoomAction action, RoomName room) {
        return switch (access) {
            case ANYONE, USER -> isOpen(access);
            case TOKEN -> granted(action, room);
            // A publish scope does not open this door to a socket: the room is for what comes by the API.
            case API, NOBODY -> false;
        };
    }

    private boolean isOpen(Access access) {
        return access == Access.ANYONE || (access == Access.USER && kind != Kind.ANONYMOUS);
    }

    private boolean granted(RoomAction action, RoomName room) {
        return rooms != null && rooms.allow(action, room);
    }

    private boolean mayWithApiKey(RoomAction action, RoomName room, RoomRule rule) {
        boolean named = rooms == null || rooms.allow(action, room);
        return switch (action) {
            case JOIN -> named && rule.join() != Access.NOBODY;
            case PUBLISH -> mayPublishByApi(room, rule);
            case PRESENCE, HISTORY -> named;
        };
    }
}
