package dev.fanfara.connection;

import dev.fanfara.protocol.ClientMessage;
import org.jspecify.annotations.Nullable;

/** One connection in one room. Touched only by the connection's event loop. */
final class Membership {
    final Connection connection;
    final Audience audience;
    /** What it asked for, until the room has answered. */
    ClientMessage.@Nullable Join asked;
    /** Tells the answer to this join from the answer to an earlier one. */
    final long ticket;
    /** The user others see. */
    final String user;
    /** Where it stands among the audience's members; negative until the room has let it in. */
    int index = -1;
    /** How much of the audience's unwritten frames it has had, or must not have, in bytes. */
    int skip;

    Membership(Connection connection, Audience audience, ClientMessage.Join asked, long ticket, String user) {
        this.connection = connection;
        this.audience = audience;
        this.asked = asked;
        this.ticket = ticket;
        this.user = user;
    }

    boolean isLive() {
        return index >= 0;
    }
}
